import { expect, test } from 'vitest'
import { headerValue } from '../../src/mcp/header-value.ts'
import { paramHeaders } from '../../src/mcp/param-headers.ts'
import { parseExact } from '../../src/terminal/exact-json.ts'

const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`

test.each([
  ['plain', 'plain'],
  ['with space', 'with space'],
  ['', base64('')],
  [' edge', base64(' edge')],
  ['grüße', base64('grüße')],
  ['a\r\nevil: 1', base64('a\r\nevil: 1')],
  ['=?base64?YQ==?=', base64('=?base64?YQ==?=')],
])('SEP-2243: %j travels as %j', (value, expected) => {
  expect(headerValue(value)).toBe(expected)
})

const property = (name: unknown, type: string) => ({ type, 'x-mcp-header': name }) as never
const schema = (properties: object) => ({ type: 'object', properties }) as never

test('SEP-2243: declared strings, integers and booleans are mirrored at any depth', () => {
  const declared = schema({
    area: property('Area', 'string'),
    count: property('Count', 'integer'),
    on: property('On', 'boolean'),
    inner: { type: 'object', properties: { deep: property('Deep', 'string') } },
    plain: { type: 'string' },
  })
  const args = { area: 'DE', count: 3, on: false, inner: { deep: 'x' }, plain: 'y' }
  expect(paramHeaders(declared, args)).toEqual({
    'mcp-param-area': 'DE',
    'mcp-param-count': '3',
    'mcp-param-on': 'false',
    'mcp-param-deep': 'x',
  })
})

test('SEP-2243: absent, null, fractional, unsafe and raw values, and names that are no tokens, are left out', () => {
  const declared = schema({
    absent: property('A', 'string'),
    nothing: property('B', 'string'),
    half: property('C', 'integer'),
    raw: property('D', 'integer'),
    bad: property('not a token', 'string'),
    odd: property(7, 'string'),
    list: property('E', 'array'),
  })
  const args = {
    nothing: null,
    half: 0.5,
    raw: parseExact('9007199254740993'),
    bad: 'x',
    odd: 'x',
    list: [],
  }
  expect(paramHeaders(declared, args as never)).toEqual({})
})

test('a schema that is no object declares nothing', () => {
  expect(paramHeaders(undefined, { a: 1 })).toEqual({})
  expect(paramHeaders([], { a: 1 })).toEqual({})
})
