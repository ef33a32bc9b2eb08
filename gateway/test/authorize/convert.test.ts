import { describe, expect, test } from 'vitest'
import { convert, keyOf, type Converted } from '../../src/authorize/convert.ts'
import type { RecordType } from '../../src/authorize/input-type.ts'
import { planReads } from '../../src/authorize/read-plan.ts'
import type { Path } from '../../src/authorize/read-set.ts'
import { generateToolSchema } from '../../src/authorize/generate-schema.ts'
import { rawNumber } from '../../src/json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../src/json/value.ts'

function inputOf(inputSchema: JsonObject): RecordType {
  const tool = generateToolSchema('t___x', inputSchema)
  if ('quarantined' in tool) throw new Error(tool.quarantined)
  return tool.input
}

/** Converts `{ v: value }` by `{ properties: { v: schema } }`; the converted value or what is wrong with it. */
function converted(schema: JsonObject, value: JsonValue, more: JsonObject = {}): unknown {
  const input = inputOf({ type: 'object', properties: { v: schema }, ...more })
  const answer = convert(planReads(input, [[]]), { v: value })
  if ('path' in answer) return `${answer.path} ${answer.why}`
  return (answer.input as Record<string, unknown>)['v']
}

const NUMBER = { type: 'number' }
const INTEGER = { type: 'integer' }
const STRING = { type: 'string' }
const entity = (type: string, id: string) => ({ __entity: { type, id } })
const decimal = (arg: string) => ({ __extn: { fn: 'decimal', arg } })
const long = (text: string) => ({
  __extn: { fn: 'toMilliseconds', args: [{ __extn: { fn: 'duration', args: [`${text}ms`] } }] },
})

describe('policy-audit §1.1 rule 5: conversion by the input schema', () => {
  test('integers are 64-bit Longs, exactly, from the text that was read (M-28)', () => {
    expect(converted(INTEGER, 5)).toBe(5)
    expect(converted(INTEGER, rawNumber('-0'))).toBe(0)
    expect(converted(INTEGER, rawNumber('1.0'))).toBe(1)
    expect(converted(INTEGER, rawNumber('1.5E1'))).toBe(15)
    expect(converted(INTEGER, rawNumber('100e-2'))).toBe(1)
    expect(converted(INTEGER, rawNumber('0e999'))).toBe(0)
    expect(converted(INTEGER, rawNumber('9007199254740993'))).toEqual(long('9007199254740993'))
    expect(converted(INTEGER, rawNumber('9223372036854775807'))).toEqual(
      long('9223372036854775807'),
    )
    expect(converted(INTEGER, rawNumber('-9223372036854775808'))).toEqual(
      long('-9223372036854775808'),
    )
    expect(converted(INTEGER, 1e18)).toEqual(long('1000000000000000000'))
    for (const wrong of [1.5, 1e19, 1e21, rawNumber('9223372036854775808'), rawNumber('1e400')]) {
      expect(converted(INTEGER, wrong)).toBe('/v is not an integer of 64 bits')
    }
    expect(converted(INTEGER, Number.NaN)).toBe('/v is not an integer of 64 bits')
    expect(converted(INTEGER, '5')).toBe('/v is not a number')
  })

  test('numbers are decimals of four places, never rounded', () => {
    expect(converted(NUMBER, 1)).toEqual(decimal('1.0000'))
    expect(converted(NUMBER, -0.5)).toEqual(decimal('-0.5000'))
    expect(converted(NUMBER, 1e-4)).toEqual(decimal('0.0001'))
    expect(converted(NUMBER, rawNumber('12.3400'))).toEqual(decimal('12.3400'))
    expect(converted(NUMBER, rawNumber('922337203685477.5807'))).toEqual(
      decimal('922337203685477.5807'),
    )
    for (const wrong of [1e-5, 1.23456, 1e15, rawNumber('922337203685477.5808')]) {
      expect(converted(NUMBER, wrong)).toBe('/v does not fit a decimal of 4 places')
    }
    expect(converted({ type: 'float' }, 2)).toEqual(decimal('2.0000'))
  })

  test('strings, booleans and enums', () => {
    expect(converted(STRING, '')).toBe('')
    expect(converted(STRING, 5)).toBe('/v is not a string')
    expect(converted({ type: 'boolean' }, false)).toBe(false)
    expect(converted({ type: 'boolean' }, 'false')).toBe('/v is not a boolean')
    const side = { type: 'string', enum: ['buy', 'sell'] }
    expect(converted(side, 'buy')).toEqual(entity('AgentCore::t___x::Input::v', 'buy'))
    expect(converted(side, 'hold')).toBe('/v is none of the allowed values')
    expect(converted(side, 1)).toBe('/v is not a string')
  })

  test('null is absent, and where it is required and allowed it is the choice of null', () => {
    const nullable = { type: ['string', 'null'] }
    const choice = { typeChoice1: entity('AgentCore::Null', 'null') }
    expect(converted(STRING, null)).toBeUndefined()
    expect(converted(nullable, null)).toBeUndefined()
    expect(converted(nullable, null, { required: ['v'] })).toEqual(choice)
    expect(converted(STRING, null, { required: ['v'] })).toBe('/v is required')
    expect(converted({ type: 'null' }, null, { required: ['v'] })).toEqual(
      entity('AgentCore::Null', 'null'),
    )
    expect(converted({ type: 'array', items: { type: 'null' } }, [1])).toBe('/v/0 is not null')
  })

  test('arrays, tuples and objects', () => {
    expect(converted({ type: 'array', items: INTEGER }, [1, 2])).toEqual([1, 2])
    expect(converted({ type: 'array', items: INTEGER }, [1, 'x'])).toBe('/v/1 is not a number')
    expect(converted({ type: 'array', items: INTEGER }, {})).toBe('/v is not an array')
    const pair = { type: 'array', prefixItems: [STRING, INTEGER], items: false }
    expect(converted(pair, ['a', 1])).toEqual({ proj0: 'a', proj1: 1 })
    expect(converted(pair, ['a'])).toBe('/v has the wrong length')
    const object = { type: 'object', properties: { a: INTEGER }, required: ['a'] }
    expect(converted(object, { a: 1, more: 'ignored' })).toEqual({ a: 1 })
    expect(converted(object, {})).toBe('/v/a is required')
    for (const wrong of ['x', [], rawNumber('1.0')]) {
      expect(converted(object, wrong)).toBe('/v is not an object')
    }
    expect(converted(object, JSON.parse('{"__proto__":{"a":1}}') as JsonObject)).toBe(
      '/v/a is required',
    )
  })

  test('a union is the first alternative that fits; undeclared members do not fit', () => {
    const union = { anyOf: [INTEGER, STRING] }
    expect(converted(union, 5)).toEqual({ typeChoice0: 5 })
    expect(converted(union, '5')).toEqual({ typeChoice1: '5' })
    expect(converted(union, true)).toBe('/v fits none of the alternatives')
    const shapes = {
      oneOf: [
        { type: 'object', properties: { a: INTEGER } },
        { type: 'object', properties: { b: INTEGER } },
      ],
    }
    expect(converted(shapes, { b: 1 })).toEqual({ typeChoice1: { b: 1 } })
    expect(converted(shapes, { c: 1 })).toBe('/v fits none of the alternatives')
    const same = { anyOf: [{ type: 'string', format: 'decimal' }, NUMBER, STRING] }
    expect(converted(same, '1.50')).toEqual({ typeChoice0: decimal('1.5000') })
    expect(converted({ type: ['string', { type: 'integer' }] }, 5)).toEqual({ typeChoice1: 5 })
    expect(converted(same, 1.5)).toEqual({ typeChoice1: decimal('1.5000') })
  })

  test('an object with additional members is an entity with tags', () => {
    const labels = {
      type: 'object',
      properties: { kind: STRING },
      additionalProperties: INTEGER,
    }
    const input = inputOf({ type: 'object', properties: { v: { anyOf: [labels, STRING] } } })
    const plan = planReads(input, [[]])
    const answer = convert(plan, { v: { kind: 'k', 'a/b': 1, gone: null } }) as Converted
    const uid = { type: 'AgentCore::t___x::Input::v::TypeChoice0', id: '/v' }
    expect(answer.input).toEqual({ v: { typeChoice0: { __entity: uid } } })
    expect(answer.entities).toEqual([
      { uid, attrs: { kind: 'k' }, tags: { 'a/b': 1 }, parents: [] },
    ])
    const other = convert(plan, { v: { kind: 'k', 'a/b': 2 } }) as Converted
    expect(keyOf(other)).not.toBe(keyOf(answer))
    expect(converted(labels, { 'a/b': 'x' })).toBe('/v/a~1b is not a number')
    const nullable = { type: 'object', additionalProperties: { type: ['integer', 'null'] } }
    expect(converted(nullable, { a: null })).toEqual(entity('AgentCore::t___x::Input::v', '/v'))
  })

  test('of an untyped value only the presence can be read', () => {
    expect(converted({}, { any: 'thing' })).toEqual(entity('AgentCore::Unknown', '/v'))
    expect(converted({ type: 'array' }, [1, 'x'])).toEqual([
      entity('AgentCore::Unknown', '/v/0'),
      entity('AgentCore::Unknown', '/v/1'),
    ])
  })

  test('definitions that refer to themselves through an entity', () => {
    const tree = {
      $defs: {
        N: {
          type: 'object',
          properties: { v: INTEGER },
          additionalProperties: { $ref: '#/$defs/N' },
        },
      },
    }
    expect(converted({ $ref: '#/$defs/N' }, { v: 1, child: { v: 2 } }, tree)).toEqual(
      entity('AgentCore::t___x::Input::N', '/v'),
    )
  })

  test('depth and size are capped before the engine sees them (P-15)', () => {
    const tree = { $defs: { N: { type: 'object', additionalProperties: { $ref: '#/$defs/N' } } } }
    let deep: JsonValue = {}
    for (let level = 0; level < 40; level += 1) deep = { n: deep }
    expect(converted({ $ref: '#/$defs/N' }, deep, tree)).toMatch(/ is nested too deeply$/)
    const wide = Array.from({ length: 10_001 }, () => 1)
    expect(converted({ type: 'array', items: INTEGER }, wide)).toMatch(/ has too many values$/)
  })

  test('whatever else is thrown is no answer', () => {
    const trap = new Proxy(
      {},
      {
        getOwnPropertyDescriptor: () => {
          throw new Error('trap')
        },
      },
    )
    const object = { type: 'object', properties: { a: INTEGER } }
    expect(() => converted(object, trap)).toThrow('trap')
    expect(() => converted({ anyOf: [object, STRING] }, trap)).toThrow('trap')
  })

  test('only what is read is converted', () => {
    const input = inputOf({
      type: 'object',
      properties: {
        a: INTEGER,
        o: { type: 'object', properties: { p: STRING, q: STRING }, required: ['p', 'q'] },
      },
      required: ['a'],
    })
    const read = (paths: readonly Path[], args: JsonObject) =>
      convert(planReads(input, paths), args)
    expect(read([['o', 'p']], { a: 'x', o: { p: 'y', q: 5 } })).toEqual({
      input: { o: { p: 'y' } },
      entities: [],
    })
    expect(read([['o', 'p'], ['o']], { o: { p: 'y', q: 5 } })).toMatchObject({ path: '/o/q' })
    expect(read([['o', 'zz'], ['nothing']], { o: {} })).toEqual({ input: { o: {} }, entities: [] })
    const nested = inputOf({
      type: 'object',
      properties: { o: { type: 'object', properties: { p: STRING } } },
      required: ['o'],
    })
    expect(convert(planReads(nested, [['o', 'p']]), { o: null })).toMatchObject({ path: '/o' })
    expect(read([['a']], {})).toMatchObject({ path: '/a', why: 'is required' })
    expect(read([], {})).toEqual({ input: {}, entities: [] })
  })
})

describe('formats that Cedar has a type for, in one spelling per value', () => {
  const format = (name: string, text: string) => {
    const made = converted({ type: 'string', format: name }, text)
    return typeof made === 'string' ? made : (made as { __extn: { arg: string } }).__extn.arg
  }

  test.each([
    ['2024-02-29', '2024-02-29'],
    ['2024-10-15T11:35:00Z', '2024-10-15T11:35:00.000Z'],
    ['2024-10-15t11:35:00.5+02:00', '2024-10-15T09:35:00.500Z'],
    ['2024-10-15T11:35:00.123000-0130', '2024-10-15T13:05:00.123Z'],
  ])('RFC 3339: `%s`', (text, expected) => {
    expect(format('date-time', text)).toBe(expected)
  })

  test.each([
    '2023-02-29',
    '2024-02-30T00:00:00Z',
    '2024-10-15T11:35:00',
    '2024-10-15T11:35:00.1234Z',
    '2024-10-15T24:00:00Z',
    '9999-12-31T23:59:59-23:59',
    'yesterday',
  ])('RFC 3339: `%s` has no single exact meaning', (text) => {
    expect(format('date-time', text)).toMatch(/^\/v is not a date/)
  })

  test('ISO 8601 durations of a fixed length', () => {
    expect(format('duration', 'P1W')).toBe('604800000ms')
    expect(format('duration', 'P1DT2H3M4.5S')).toBe('93784500ms')
    for (const wrong of ['P', 'PT', 'P1M', 'P1Y', '1d', 'PT0.1234S']) {
      expect(format('duration', wrong)).toBe('/v is not a duration of a fixed length')
    }
  })

  test('addresses; IPv4 inside IPv6 is the IPv4 address', () => {
    expect(format('ipv4', '192.0.2.1')).toBe('192.0.2.1')
    expect(format('ipv6', '2001:DB8:0:0::1')).toBe('2001:db8::1')
    expect(format('ipv6', '::ffff:192.0.2.1')).toBe('192.0.2.1')
    for (const wrong of ['192.0.2.01', 'fe80::1%eth0', '192.0.2.0/24', 'localhost']) {
      expect(format('ipv4', wrong)).toBe('/v is not an address')
    }
  })

  test('decimals as strings', () => {
    expect(format('decimal', '-12.5')).toBe('-12.5000')
    for (const wrong of ['1', '01.5', '1.23456', '922337203685477.5808', '1e1']) {
      expect(format('decimal', wrong)).toMatch(/^\/v is not a decimal/)
    }
    expect(converted({ type: 'string', format: 'decimal' }, 1.5)).toBe('/v is not a string')
  })

  test('any other format is a string', () => {
    expect(converted({ type: 'string', format: 'uri' }, 'x')).toBe('x')
  })
})
