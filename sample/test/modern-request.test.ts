import { expect, test } from 'vitest'
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server'
import {
  headerValue,
  META_CLIENT_CAPABILITIES,
  META_CLIENT_INFO,
  META_PROTOCOL_VERSION,
  modernRequest,
} from '../src/modern-request.ts'

test('the names are those of the SDK', () => {
  expect(META_PROTOCOL_VERSION).toBe(PROTOCOL_VERSION_META_KEY)
  expect(META_CLIENT_CAPABILITIES).toBe(CLIENT_CAPABILITIES_META_KEY)
  expect(META_CLIENT_INFO).toBe(CLIENT_INFO_META_KEY)
})

test('SEP-2243: headers repeat version, method and name of the body', () => {
  const { headers, body } = modernRequest({ method: 'tools/call', params: { name: 'echo' }, id: 5 })
  expect(headers).toMatchObject({
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'echo',
  })
  expect(JSON.parse(body)).toMatchObject({
    id: 5,
    params: { name: 'echo', _meta: { [META_PROTOCOL_VERSION]: '2026-07-28' } },
  })
  expect(modernRequest({ method: 'tools/list' }).headers).not.toHaveProperty('mcp-name')
})

test.each([
  ['plain-name', 'plain-name'],
  ['Köln', `=?base64?${Buffer.from('Köln').toString('base64')}?=`],
  [' edge', `=?base64?${Buffer.from(' edge').toString('base64')}?=`],
  ['=?base64?eA==?=', `=?base64?${Buffer.from('=?base64?eA==?=').toString('base64')}?=`],
  ['', '=?base64??='],
])('SEP-2243: the value `%s` goes as `%s`', (text, expected) => {
  expect(headerValue(text)).toBe(expected)
})
