// Arguments against the approved input schema, where a target asks for it.
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv'
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createArgumentChecks } from '../../src/authorize/argument-schema.ts'
import { compilePattern } from '../../src/authorize/argument-schema-pattern.ts'
import { parseKeepingNumbers } from '../../src/json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../src/json/value.ts'
import { tool } from './world.ts'

const checks = createArgumentChecks(new Set(['t']))
/** Computed: an object with a member of that name could be taken for a promise. */
const THEN = ['then'].join('')
const DRAFT_7 = { $schema: 'http://json-schema.org/draft-07/schema#' }

/** `text` is JSON, so that its numbers are as they were written. */
function accepts(schema: JsonObject, text: string): boolean {
  const inputSchema = { type: 'object', properties: { v: schema } }
  expect(faultOf(inputSchema)).toBeUndefined()
  const args = parseKeepingNumbers(`{"v":${text}}`) as JsonObject
  return checks.ofCall(tool('t___x', inputSchema), args) === undefined
}
const faultOf = (schema: JsonObject) => checks.forCatalogue('t').argumentFault?.(schema)
const raw = (text: string) => parseKeepingNumbers(text) as JsonValue

describe('JSON Schema 2020-12, Validation §6: what each keyword says', () => {
  const rows: readonly (readonly [JsonObject, readonly string[], readonly string[]])[] = [
    [
      { type: 'integer' },
      ['1', '1.0', '1e2', '-0', '9007199254740993'],
      ['1.5', '"1"', 'null', '1e-2'],
    ],
    [{ type: ['string', 'null'] }, ['""', 'null'], ['0', '[]', '{}', 'false']],
    [
      { minimum: 0.1 },
      ['0.1', '0.10', '1', '"x"'],
      ['0.09999999999999999999999', '-1', '1e-999999999'],
    ],
    [{ maximum: 9007199254740992 }, ['9007199254740992'], ['9007199254740993', '1e300']],
    [{ exclusiveMinimum: 0 }, ['1e-999999999', '0.1'], ['0', '-0', '0.0', '-1']],
    [{ exclusiveMaximum: 1 }, ['0.99999999999999999999999'], ['1', '1.0', '10e-1']],
    [{ multipleOf: 0.01 }, ['0.07', '1', '19.99', '0', '1e300'], ['0.075', '19.999']],
    [{ multipleOf: 3 }, ['9007199254740993', '3e2', '-6'], ['9007199254740992', '10', '1.5']],
    [{ multipleOf: raw('1e-400') }, ['1e-400', '1'], ['1e-401', '1.5e-400']],
    [{ minLength: 2, maxLength: 2 }, ['"😀😀"', '"ab"'], ['"😀"', '"abc"', '"😀ab"']],
    [{ pattern: '^[A-Z]{3}-\\d+$' }, ['"ABC-1"', '7'], ['"ABC-"', '"xABC-1"', '"ABC-1\\n"']],
    [
      { enum: [1, 'a', { b: [1] }] },
      ['1.0', '"a"', '{"b":[1e0]}'],
      ['2', '"b"', '{"b":[1],"c":1}'],
    ],
    [{ const: raw('9007199254740993') }, ['9007199254740993'], ['9007199254740992']],
    [{ required: ['a'] }, ['{"a":null}', '[]'], ['{}', '{"toString":1}']],
    [{ additionalProperties: false, properties: { a: {} } }, ['{"a":1}', '{}'], ['{"b":1}']],
    [
      { additionalProperties: { type: 'null' }, patternProperties: { '^x': {} } },
      ['{"x1":1,"y":null}'],
      ['{"y":1}'],
    ],
    [{ propertyNames: { maxLength: 1 } }, ['{"a":1}'], ['{"ab":1}']],
    [{ minProperties: 1, maxProperties: 1 }, ['{"a":1}'], ['{}', '{"a":1,"b":1}']],
    [{ dependentRequired: { a: ['b'] } }, ['{"a":1,"b":1}', '{"b":1}'], ['{"a":1}']],
    [
      { prefixItems: [{ type: 'string' }], items: { type: 'number' } },
      ['["a",1]', '[]'],
      ['[1]', '["a","b"]'],
    ],
    [{ minItems: 1, maxItems: 2 }, ['[1]'], ['[]', '[1,2,3]']],
    [{ uniqueItems: true }, ['[1,"1",[1],{"a":1}]'], ['[1,1.0]', '[{"a":1,"b":2},{"b":2,"a":1}]']],
    [{ contains: { const: 1 }, maxContains: 1 }, ['[1]'], ['[]', '[1,1]']],
    [{ anyOf: [{ type: 'string' }, { minimum: 5 }] }, ['"a"', '5', 'true'], ['4']],
    [{ oneOf: [{ multipleOf: 2 }, { multipleOf: 3 }] }, ['2', '3'], ['6', '1']],
    [{ not: { type: 'null' } }, ['1'], ['null']],
    [
      { if: { type: 'string' }, [THEN]: { minLength: 1 }, else: { type: 'number' } },
      ['"a"', '1'],
      ['""', 'null'],
    ],
    [{ format: 'email', title: 'x', default: 1, 'x-of-ours': {} }, ['"no address"', '1'], []],
  ]
  test.each(rows)('%j', (schema, good, bad) => {
    expect(good.filter((text) => !accepts(schema, text))).toEqual([])
    expect(bad.filter((text) => accepts(schema, text))).toEqual([])
  })

  test('draft-07: lists of items, and no `$ref` with something beside it', () => {
    const schema = {
      ...DRAFT_7,
      type: 'object',
      properties: { v: { items: [{ type: 'string' }], additionalItems: false } },
    }
    const ofCall = (args: JsonObject) => checks.ofCall(tool('t___x', schema), args)
    expect(ofCall({ v: ['a'] })).toBeUndefined()
    expect(ofCall({ v: ['a', 1] })).toMatchObject({ refused: 'authorize.invalid_arguments' })
    const beside = { ...DRAFT_7, type: 'object', properties: { v: { $ref: '#', maximum: 1 } } }
    expect(faultOf(beside)).toContain('beside a `$ref`')
  })
})

describe('attacks D-11, M-15: what cannot be checked is said, not left out', () => {
  const unsupported: readonly (readonly [JsonObject, string])[] = [
    [{ minLenght: 1 }, '`minLenght`'],
    [{ unevaluatedProperties: false }, '`unevaluatedProperties`'],
    [{ $dynamicRef: '#a' }, '`$dynamicRef`'],
    [{ $ref: '#/$defs/none' }, 'leads to nothing'],
    [{ $id: 'https://elsewhere.example/' }, '`$id`'],
    [{ type: 'decimal' }, '`type`'],
    [{ minimum: '1' }, 'no number'],
    [{ maxLength: 1.5 }, 'no whole number'],
    [{ multipleOf: 0 }, 'above 0'],
    [{ items: [{}] }, 'draft-07'],
    [{ pattern: '(a)\\1' }, 'refers back'],
    [{ pattern: '(?=a)' }, 'looks ahead'],
    [{ pattern: '(?<!a)b' }, 'looks ahead or behind'],
    [{ pattern: '(' }, 'no regular expression'],
    [{ pattern: '(a{1000}){1000}' }, 'repeats too much'],
    [{ pattern: '(((((){99}){99}){99}){99}){99}' }, 'repeats too much'],
    [{ pattern: 'a'.repeat(1001) }, 'longer than'],
  ]
  test.each(unsupported)('%j', (schema, words) => {
    expect(faultOf({ type: 'object', properties: { v: schema } })).toContain(words)
  })

  test('another version of JSON Schema is not guessed at', () => {
    const $schema = 'http://json-schema.org/draft-04/schema#'
    expect(faultOf({ $schema, type: 'object' })).toContain('another version')
  })

  test('what takes too long ends as a refusal: references that double, references in a circle', () => {
    const doubling = {
      type: 'object',
      properties: { v: { anyOf: [{ $ref: '#' }, { $ref: '#' }] } },
      required: ['end'],
    }
    let args: JsonObject = {}
    for (let depth = 0; depth < 60; depth += 1) args = { v: args, end: 1 }
    const circle = { type: 'object', allOf: [{ $ref: '#' }] }
    for (const schema of [doubling, circle]) {
      expect(checks.ofCall(tool('t___x', schema), args)).toMatchObject({
        refused: 'authorize.invalid_arguments',
        seen: expect.stringContaining('take too long') as string,
      })
    }
  })

  test('patterns that others would go back and forth in for years are answered', () => {
    let steps = 0
    const spend = (more: number) => void (steps += more)
    for (const pattern of ['^(a+)+$', '^(a|a)*$', '^(a|aa)+$', '(.*)*=x', '^(\\w+\\s?)*$']) {
      expect(compilePattern(pattern)(`${'a'.repeat(1000)}!`, spend)).toBe(false)
    }
    expect(steps).toBeLessThan(150_000)
  })
})

describe('ux.md §4: what the caller and the log are told', () => {
  test('the place, what was seen without its value, what was expected', () => {
    const schema = {
      type: 'object',
      properties: { 'a/b': { type: 'array', items: { maximum: 9 } } },
    }
    const refusal = checks.ofCall(tool('t___x', schema), { 'a/b': [1, 10] })
    expect(refusal).toEqual({
      refused: 'authorize.invalid_arguments',
      seen: '`/a~1b/1`: a number',
      expected: 'a number of at most 9',
    })
  })

  test('the log has no value, and no name that the schema does not have', () => {
    const schema = {
      type: 'object',
      properties: { pin: { type: 'integer' } },
      additionalProperties: false,
    }
    const value = checks.ofCall(tool('t___x', schema), { pin: 'hunter2' })
    expect(value?.seen).toBe('`/pin`: a string of 7 characters')
    const name = checks.ofCall(tool('t___x', schema), { 'alice@acme.example': 1 })
    expect(name).toMatchObject({
      seen: '`/*`: a member that the schema does not have',
      expected: 'no other members than `pin`',
    })
    expect(JSON.stringify([value, name])).not.toMatch(/hunter2|alice/)
  })

  test('targets that do not ask for it are left alone', () => {
    const schema = { type: 'object', required: ['a'] }
    expect(checks.ofCall(tool('other___x', schema), {})).toBeUndefined()
    expect(checks.forCatalogue('other')).toEqual({})
    expect(checks.ofCall(tool('t___x', schema), {})).toBeDefined()
  })
})

/** A few of them at a time. */
function keywordsOf(keywords: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<JsonObject> {
  const one = Object.entries(keywords).map(([name, made]) =>
    made.map((value) => ({ [name]: value })),
  )
  const several = fc.array(fc.oneof(...one), { minLength: 1, maxLength: 4 })
  return several.map((parts) => Object.assign({}, ...parts) as JsonObject)
}

describe('against others', () => {
  const PARTS = [
    'a',
    'b',
    '.',
    '\\d',
    '[ab]',
    '[^a]',
    '(?:a|b)',
    '(ab|a)',
    '^',
    '$',
    '\\b',
    '\\B',
    '😀',
  ]
  const COUNTS = ['', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '+?']
  const pattern = fc
    .array(fc.tuple(fc.constantFrom(...PARTS), fc.constantFrom(...COUNTS)), { maxLength: 5 })
    .map((parts) =>
      parts.map(([part, count]) => (/^[\^$]$|^\\[bB]$/.test(part) ? part : part + count)).join(''),
    )
  const texts = fc.string({
    unit: fc.constantFrom('a', 'b', '1', ' ', '\n', '😀', '\ud83d'),
    maxLength: 8,
  })

  // Asked at each code point: V8 also looks between the halves of one, which ECMA-262 §22.2.7.2 does not.
  const matchesSomewhere = (source: string, text: string): boolean => {
    const expression = new RegExp(source, 'uy')
    const starts = Array.from(text).reduce(
      (all, one) => [...all, (all.at(-1) ?? 0) + one.length],
      [0],
    )
    return starts.some((start) => {
      expression.lastIndex = start
      return expression.test(text)
    })
  }

  test('patterns say what the expressions of the language say', () => {
    fc.assert(
      fc.property(pattern, pattern, texts, (left, right, text) => {
        const source = `(?:${left})*|${right}x?`
        for (const one of [left, source]) {
          expect([one, text, compilePattern(one)(text, () => undefined)]).toEqual([
            one,
            text,
            matchesSomewhere(one, text),
          ])
        }
      }),
      { numRuns: 2000 },
    )
  })

  const value = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.constantFrom<JsonValue>(null, true, 0, 1, 2, 3.5, -1, '', 'a', 'ab', 'abc', '😀'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    ),
  })).value
  const small = fc.integer({ min: 0, max: 3 })
  const schema = fc.letrec<{ schema: JsonObject; keywords: JsonObject }>((tie) => {
    const schemas = fc.array(tie('schema'), { minLength: 1, maxLength: 2 })
    const map = fc.dictionary(fc.constantFrom('a', 'b'), tie('schema'), { maxKeys: 2 })
    return {
      schema: fc.oneof({ maxDepth: 3 }, fc.constant({}), tie('keywords')),
      keywords: keywordsOf({
        type: fc.constantFrom('string', 'number', 'integer', 'object', 'array', 'boolean', 'null'),
        enum: fc.uniqueArray(value, {
          minLength: 1,
          maxLength: 3,
          comparator: (a, b) => JSON.stringify(a) === JSON.stringify(b),
        }),
        const: value,
        minimum: small,
        exclusiveMaximum: small,
        multipleOf: fc.constantFrom(1, 2, 0.5),
        minLength: small,
        maxLength: small,
        pattern: fc.constantFrom('^a', 'b$', '^[ab]*$'),
        required: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }),
        properties: map,
        patternProperties: fc.dictionary(fc.constantFrom('^a', 'b'), tie('schema'), {
          maxKeys: 1,
        }),
        additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
        propertyNames: tie('schema'),
        minProperties: small,
        maxProperties: small,
        prefixItems: schemas,
        items: fc.oneof(fc.boolean(), tie('schema')),
        contains: tie('schema'),
        minItems: small,
        maxItems: small,
        uniqueItems: fc.boolean(),
        anyOf: schemas,
        oneOf: schemas,
        allOf: schemas,
        not: tie('schema'),
        if: tie('schema'),
        [THEN]: tie('schema'),
        else: tie('schema'),
      }),
    }
  }).keywords

  /** What a validator says of the value; undefined where it falls over it, as Ajv's generated code does for some. */
  const verdict = (
    validate: (value: unknown) => { readonly valid: boolean },
    one: JsonValue,
  ): boolean | undefined => {
    try {
      return validate({ v: one }).valid
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
      return undefined
    }
  }

  // Each of them errs somewhere: Ajv takes [] for {"prefixItems":[{"type":"string"}],"contains":{}}. Both together do not.
  test('two validators that others wrote accept the same values', () => {
    const others = [new AjvJsonSchemaValidator(), new CfWorkerJsonSchemaValidator()]
    const seen = { fits: 0, fails: 0, disputed: 0 }
    fc.assert(
      fc.property(schema, fc.array(value, { minLength: 3, maxLength: 3 }), (generated, values) => {
        const inputSchema = { type: 'object', properties: { v: generated } }
        const validators = others.map((one) =>
          one.getValidator(structuredClone(inputSchema) as never),
        )
        expect(faultOf(inputSchema)).toBeUndefined()
        for (const one of values) {
          const fits = checks.ofCall(tool('t___x', inputSchema), { v: one }) === undefined
          const [first, second] = validators.map((validate) => verdict(validate, one))
          if (first === undefined || first !== second) {
            seen.disputed += 1
            continue
          }
          expect(fits).toBe(first)
          seen[fits ? 'fits' : 'fails'] += 1
        }
      }),
      { numRuns: 300 },
    )
    expect(Math.min(seen.fits, seen.fails)).toBeGreaterThan(50)
    expect(seen.disputed).toBeLessThan(50)
  })
})
