import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { isRawNumber } from '../../src/json/raw-number.ts'
import { DEFAULT_JSON_LIMITS, readJson, type JsonLimits } from '../../src/json/read.ts'
import type { JsonValue } from '../../src/json/value.ts'

const UNAMBIGUOUS: JsonLimits = { ...DEFAULT_JSON_LIMITS, unambiguousMembers: true }

function read(text: string | Buffer, limits: JsonLimits = DEFAULT_JSON_LIMITS) {
  return readJson(Buffer.from(text as string), limits)
}

function failureOf(text: string | Buffer, limits: JsonLimits = DEFAULT_JSON_LIMITS) {
  const result = read(text, limits)
  return 'failure' in result ? result.failure : 'accepted'
}

function valueOf(text: string): JsonValue {
  const result = read(text)
  if ('failure' in result) throw new Error(`refused: ${result.failure} at ${result.offset}`)
  return result.value
}

describe('readJson: grammar (RFC 8259)', () => {
  it.each([
    ['', 'syntax'],
    ['  ', 'syntax'],
    ['{', 'syntax'],
    ['{"a"', 'syntax'],
    ['{"a":', 'syntax'],
    ['{"a":1,}', 'syntax'],
    ['{a:1}', 'syntax'],
    ["{'a':1}", 'syntax'],
    ['[1,]', 'syntax'],
    ['[1 2]', 'syntax'],
    ['[1}', 'syntax'],
    ['{"a":1]', 'syntax'],
    ['01', 'syntax'],
    ['-', 'syntax'],
    ['+1', 'syntax'],
    ['.5', 'syntax'],
    ['1.', 'syntax'],
    ['1e', 'syntax'],
    ['1e+', 'syntax'],
    ['0x10', 'trailing'],
    ['NaN', 'syntax'],
    ['Infinity', 'syntax'],
    ['-Infinity', 'syntax'],
    ['undefined', 'syntax'],
    ['tru', 'syntax'],
    ['nulL', 'syntax'],
    ['"a', 'syntax'],
    ['"a\nb"', 'syntax'],
    ['"\\x41"', 'syntax'],
    ['"\\u12g4"', 'syntax'],
    ['// c\n1', 'syntax'],
    ['1 /* c */', 'trailing'],
    ['1 2', 'trailing'],
    ['{}{}', 'trailing'],
    ['{} \u0000', 'trailing'],
  ])('refuses %j', (text, failure) => {
    expect(failureOf(text)).toBe(failure)
  })

  it('§8.1: refuses a byte order mark', () => {
    expect(failureOf('\uFEFF{}')).toBe('bom')
  })

  it.each([
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut sequence', [0x22, 0xe2, 0x82, 0x22]],
    ['UTF-16', [0x22, 0x00, 0x61, 0x00, 0x22, 0xff]],
  ])('§8.1: refuses %s', (_name, bytes) => {
    expect(failureOf(Buffer.from(bytes))).toBe('encoding')
  })

  it.each(['"\\ud800"', '"\\udc00"', '"\\ud800\\u0041"', '"\\ud800x"', '{"\\udfff":1}'])(
    '§8.2: refuses the lone surrogate in %s',
    (text) => {
      expect(failureOf(text)).toBe('surrogate')
    },
  )

  it('§7: accepts a surrogate pair and every escape', () => {
    expect(valueOf('"\\ud83d\\ude00 \\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"')).toBe('😀 "\\/\b\f\n\r\té')
  })

  it('§7: refuses a control character deep inside a long string, which the scan jumps over', () => {
    expect(failureOf(`"${'x'.repeat(500)}\u0001${'x'.repeat(500)}"`)).toBe('syntax')
  })

  it('finds escapes behind the jump: a lone surrogate after a long stretch is refused', () => {
    const far = 'x'.repeat(300)
    expect(failureOf(`["${far}\\ud800","${far}\\n${far}"]`)).toBe('surrogate')
    expect(valueOf(`["${far}\\n${far}","${far}"]`)).toEqual([`${far}\n${far}`, far])
  })

  it('says where: byte offset and JSON Pointer (RFC 6901)', () => {
    expect(read('{"a/b":[0,{"~":tru}]}')).toEqual({
      failure: 'syntax',
      offset: 15,
      path: '/a~1b/1/~0',
    })
  })
})

describe('readJson: duplicate members (M-02)', () => {
  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"a":2}',
    '{"é":1,"\\u00e9":2}',
    '[{"x":{"b":1,"c":2,"b":3}}]',
    '{"":1,"":2}',
  ])('refuses %s', (text) => {
    expect(failureOf(text)).toBe('duplicate')
  })

  it('names the member', () => {
    expect(read('{"a":{"b":1,"b":2}}')).toMatchObject({ failure: 'duplicate', path: '/a/b' })
  })

  it('refuses them among many members, with and without escapes', () => {
    const names = Array.from({ length: 40 }, (_, index) => `"m${index}":${index}`)
    expect(failureOf(`{${names.join()}}`)).toBe('accepted')
    expect(failureOf(`{${names.join()},"m3":0}`)).toBe('duplicate')
    expect(failureOf(`{${names.join()},"m\\u0033":0}`)).toBe('duplicate')
    expect(failureOf(`{${names.slice(0, 3).join()},"\\u006d1":0}`)).toBe('duplicate')
  })

  it('keeps the names of neighbours and of parents apart', () => {
    expect(valueOf('{"a":{"a":1},"b":{"a":2,"é":{"é":1}},"é":0}')).toEqual({
      a: { a: 1 },
      b: { a: 2, é: { é: 1 } },
      é: 0,
    })
  })

  it.each(['{"name":1,"Name":2}', '{"class":1,"claſs":2}', '{"key":1,"\u212aey":2}'])(
    'refuses names that differ by case alone where asked to: %s',
    (text) => {
      expect(failureOf(text)).toBe('accepted')
      expect(failureOf(text, UNAMBIGUOUS)).toBe('duplicate')
    },
  )

  it('does not take other bytes that differ in the case bit for letters', () => {
    expect(failureOf('{"[":1,"{":2,"@":3,"`":4}', UNAMBIGUOUS)).toBe('accepted')
  })

  it('a member __proto__ is an own property and pollutes nothing; where asked to, it is refused', () => {
    const value = valueOf('{"__proto__":{"polluted":true}}') as Record<string, unknown>
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(value['polluted']).toBeUndefined()
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true}}')
    expect(failureOf('{"__proto__":1}', UNAMBIGUOUS)).toBe('reserved')
    expect(failureOf('{"\\u005f_proto__":1}', UNAMBIGUOUS)).toBe('reserved')
    expect(failureOf('{"__proto___":1,"_":2,"_abcdefgh":3}', UNAMBIGUOUS)).toBe('accepted')
  })
})

describe('readJson: limits (D-04)', () => {
  it('accepts depth 64 and refuses 65, objects and arrays alike', () => {
    expect(failureOf('['.repeat(64) + ']'.repeat(64))).toBe('accepted')
    expect(failureOf('['.repeat(65) + ']'.repeat(65))).toBe('depth')
    expect(failureOf('{"a":'.repeat(65) + '1' + '}'.repeat(65))).toBe('depth')
  })

  it('refuses a depth bomb without reading it to its end', () => {
    expect(read('['.repeat(1_000_000))).toMatchObject({ failure: 'depth', offset: 64 })
  })

  it('accepts 50 000 values and refuses one more', () => {
    expect(failureOf(`[${Array(49_999).fill(0).join()}]`)).toBe('accepted')
    expect(failureOf(`[${Array(50_000).fill(0).join()}]`)).toBe('nodes')
  })

  it('grows with a larger limit', () => {
    const limits = { ...DEFAULT_JSON_LIMITS, depth: 200 }
    expect(failureOf('{"a":'.repeat(200) + '1' + '}'.repeat(200), limits)).toBe('accepted')
  })

  it('accepts a number of 64 characters and refuses 65', () => {
    expect(failureOf('1'.repeat(64))).toBe('accepted')
    expect(failureOf('1'.repeat(65))).toBe('number')
  })
})

describe('readJson: numbers are never altered (M-28, RFC 8259 §6)', () => {
  it.each([
    '9007199254740993',
    '12345678901234567.89',
    '-0',
    '1E5',
    '1e5',
    '1.0',
    '1e-400',
    '0.10',
    '1'.repeat(64),
  ])('%s is kept as text', (text) => {
    const value = valueOf(`{"n":[${text}]}`) as { n: JsonValue[] }
    expect(isRawNumber(value.n[0])).toBe(true)
    expect(JSON.stringify(value)).toBe(`{"n":[${text}]}`)
  })

  it.each(['0', '-1', '15', '9007199254740992', '1.5', '0.1', '1e+30', '123456789012345'])(
    '%s is a plain number',
    (text) => {
      expect(valueOf(text)).toBe(Number(text))
    },
  )

  it.each(['1e400', '-1e400'])('%s is not finite: refused with its path', (text) => {
    expect(read(`{"a":[0,${text}]}`)).toMatchObject({ failure: 'number', path: '/a/1' })
  })

  it('property: what is written is the number that was read, digit for digit', () => {
    const digits = fc.stringMatching(
      /^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?$/,
    )
    fc.assert(
      fc.property(digits, (text) => {
        fc.pre(text.length <= 64)
        expect(JSON.stringify(valueOf(`[${text}]`))).toBe(`[${text}]`)
      }),
    )
  })
})

describe('readJson against JSON.parse as an independent reference', () => {
  it('property: every JSON text comes out as JSON.parse has it, or with raw numbers of the same value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const result = read(text)
        fc.pre(!('failure' in result) || !/duplicate|surrogate/.test(result.failure))
        expect('value' in result && plain(result.value)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('property: damaged documents are accepted by neither or by both', () => {
    const damage = fc.record({
      text: fc.json({ maxDepth: 4 }),
      at: fc.nat(),
      insert: fc.constantFrom(
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '0',
        '1',
        '-',
        '.',
        'e',
        'E',
        '+',
        ' ',
        '\n',
        '\u0001',
        '\\u',
        '\\ud83d',
        '\\ude00',
        'n',
        '"":',
        '""',
        'é',
      ),
      remove: fc.integer({ min: 0, max: 2 }),
    })
    fc.assert(
      fc.property(damage, ({ text, at, insert, remove }) => {
        const place = at % (text.length + 1)
        const damaged = text.slice(0, place) + insert + text.slice(place + remove)
        fc.pre(damaged.isWellFormed())
        const result = read(damaged)
        // What is refused for more than its grammar has no counterpart in the reference.
        fc.pre('value' in result || /syntax|trailing/.test(result.failure))
        expect('value' in result ? plain(result.value) : 'refused').toEqual(reference(damaged))
      }),
      { numRuns: 2000 },
    )
  })

  it('property: random bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => readJson(Buffer.from(bytes), UNAMBIGUOUS)).not.toThrow()
      }),
    )
  })
})

function reference(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return 'refused'
  }
}

/** Raw numbers as the doubles that JSON.parse makes of them. */
function plain(value: JsonValue): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}
