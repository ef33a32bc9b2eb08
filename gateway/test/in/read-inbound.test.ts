import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Inbound } from '../../src/in/inbound.ts'
import { CALL, META, request, startExchange, type Exchange } from './exchange.ts'

let exchange: Exchange
beforeAll(async () => {
  exchange = await startExchange(4096)
})
afterAll(() => exchange.close())

async function inboundOf(options: Parameters<typeof request>[0]) {
  const { inbound } = await exchange.send(request(options))
  return inbound
}
const VERSION = 'io.modelcontextprotocol/protocolVersion'
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
const withMeta = (meta: unknown) => ({ ...CALL, params: { ...CALL.params, _meta: meta } })
const b64 = (text: string | Buffer) =>
  `=?base64?${Buffer.from(text as string).toString('base64')}?=`

describe('readInbound: before the body (protocol §2, order of checks)', () => {
  it('takes a good request', async () => {
    expect(await inboundOf({})).toMatchObject({
      id: 1,
      method: 'tools/call',
      params: CALL.params,
      meta: META,
      protocolVersion: '2026-07-28',
    })
  })

  it('405 for any method but POST', async () => {
    const inbound = await inboundOf({ line: 'PUT /mcp HTTP/1.1' })
    expect(inbound).toEqual({ refused: 'in.method_not_allowed', expected: 'POST' })
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json-rpc',
    undefined,
    'application/json, text/plain',
    'application/json; charset=utf-16',
    'multipart/form-data',
  ])('M-20: Content-Type %s is 415', async (type) => {
    const inbound = await inboundOf({ headers: { 'Content-Type': type } })
    expect(inbound).toEqual({ refused: 'in.unsupported_media_type' })
  })

  it.each(['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'Content-Type %s is fine',
    async (type) => {
      expect(await inboundOf({ headers: { 'Content-Type': type } })).toHaveProperty('method')
    },
  )

  it.each(['gzip', 'identity', 'br, gzip'])('D-03: Content-Encoding %s is 415', async (coding) => {
    const inbound = await inboundOf({ headers: { 'Content-Encoding': coding } })
    expect(inbound).toEqual({ refused: 'in.unsupported_media_type' })
  })

  it.each([
    'application/json',
    'text/event-stream',
    undefined,
    'text/html',
    '',
    'application/json, text/event-stream;q=0',
    'application/json;q=0.000, */*',
    'application/*;q=0, */*',
  ])('Accept %s is 406', async (accept) => {
    const inbound = await inboundOf({ headers: { Accept: accept } })
    expect(inbound).toEqual({ refused: 'in.not_acceptable' })
  })

  it.each([
    '*/*',
    'text/*, application/*',
    'text/event-stream , application/json;q=0.1',
    'TEXT/EVENT-STREAM,APPLICATION/JSON',
  ])('Accept %s is fine', async (accept) => {
    expect(await inboundOf({ headers: { Accept: accept } })).toHaveProperty('method')
  })

  it('D-02: a declared length above the limit is 413 before a byte is read', async () => {
    const { inbound } = await exchange.send(
      request({ headers: { 'Content-Length': '4097' }, body: '' }),
    )
    expect(inbound).toEqual({ refused: 'in.body_too_large', expected: 'at most 4096 bytes' })
  })

  it('D-02: a chunked body is 413 as soon as it is too long, without its end', async () => {
    const headers = { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined }
    const body = `1000\r\n${'x'.repeat(4096)}\r\n1\r\nx\r\n`
    expect(await inboundOf({ headers, body })).toMatchObject({ refused: 'in.body_too_large' })
  })

  it('a body in many chunks becomes one', async () => {
    const pieces = JSON.stringify(CALL).match(/.{1,10}/g) ?? []
    const body = [...pieces, ''].map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`)
    const headers = { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined }
    expect(await inboundOf({ headers, body: body.join('') })).toMatchObject({ params: CALL.params })
  })

  it('a body of exactly the limit is read', async () => {
    const padding = 4096 - Buffer.byteLength(JSON.stringify(CALL))
    const body = JSON.stringify(CALL) + ' '.repeat(padding)
    expect(await inboundOf({ body })).toHaveProperty('method')
  })
})

describe('readInbound: strict JSON (M-02, D-04)', () => {
  it.each([
    ['', 'in.invalid_json'],
    ['{"jsonrpc":"2.0",', 'in.invalid_json'],
    ['\uFEFF{}', 'in.invalid_json'],
    ['{} {}', 'in.invalid_json'],
    ['{"id":1,"id":2}', 'in.invalid_json'],
    ['{"method":"a","Method":"b"}', 'in.invalid_json'],
    ['{"params":{"claſs":1,"class":2}}', 'in.invalid_json'],
    ['{"a":"\\ud800"}', 'in.invalid_json'],
    ['{"a":NaN}', 'in.invalid_json'],
    ['{"a":1} // c', 'in.invalid_json'],
    ['[', 'in.invalid_json'],
    ['['.repeat(65), 'in.json_too_complex'],
    ['{"a":1e400}', 'in.number_out_of_range'],
    ['{"a":{"__proto__":1}}', 'in.reserved_key'],
  ])('%j is refused', async (body, refused) => {
    expect(await inboundOf({ body })).toMatchObject({ refused })
  })

  it('says where, without the text around it', async () => {
    const inbound = await inboundOf({ body: '{"params":{"secret":"s3cr3t","n":1e999}}' })
    expect(inbound).toEqual({
      refused: 'in.number_out_of_range',
      seen: 'a number out of range at byte 33, `/params/n`',
    })
  })

  it('M-28: a number that a double alters reaches the message as it was written', async () => {
    const body = JSON.stringify(CALL).replace('"DE"', '9007199254740993')
    const inbound = (await inboundOf({ body })) as Inbound
    expect(JSON.stringify(inbound.params['arguments'])).toBe('{"market":9007199254740993}')
  })
})

describe('readInbound: envelope (JSON-RPC 2.0 §4, M-04)', () => {
  it.each([
    ['an array', [CALL]],
    ['an empty array', []],
    ['null', null],
    ['a string', '"x"'],
    ['a number', '1.0'],
    ['a response', { jsonrpc: '2.0', id: 1, result: {} }],
    ['an error response', { jsonrpc: '2.0', id: 1, error: { code: 1, message: '' } }],
    ['a request that is a response, too', { ...CALL, result: {} }],
    ['another version', { ...CALL, jsonrpc: '1.0' }],
    ['no version', { ...CALL, jsonrpc: undefined }],
    ['no method', { ...CALL, method: undefined }],
    ['a method of another type', { ...CALL, method: 1 }],
    ['a method in another case', { ...CALL, method: undefined, Method: 'tools/call' }],
    ['params as a list', { ...CALL, params: [] }],
    ['params as null', { ...CALL, params: null }],
    ['params as a number', JSON.stringify({ ...CALL, params: 0 }).replace(':0', ':1.0')],
    ['a null id', { ...CALL, id: null }],
    ['a boolean id', { ...CALL, id: true }],
    ['an object as id', { ...CALL, id: {} }],
    ['a member more', { ...CALL, extra: 1 }],
  ])('%s is no message', async (_name, body) => {
    expect(await inboundOf({ body })).toMatchObject({ refused: 'in.invalid_message' })
  })

  it.each([['abc'], [''], [0], [-5], [1.5]])('the id %j is kept', async (id) => {
    expect(await inboundOf({ body: { ...CALL, id } })).toMatchObject({ id })
  })

  it('an id beyond a double is kept digit for digit', async () => {
    const body = JSON.stringify(CALL).replace('"id":1', '"id":9007199254740993')
    expect(JSON.stringify(((await inboundOf({ body })) as Inbound).id)).toBe('9007199254740993')
  })

  it.each([
    ['no protocol version but the header', withMeta({ [CAPABILITIES]: {} })],
    ['no _meta but the header', withMeta(undefined)],
    ['no client capabilities', withMeta({ [VERSION]: '2026-07-28' })],
    ['capabilities of another type', withMeta({ ...META, [CAPABILITIES]: [] })],
    ['a version of another type', withMeta({ ...META, [VERSION]: 1 })],
    ['client info without a version', withMeta({ ...META, [clientInfo()]: { name: 'x' } })],
    ['client info of another type', withMeta({ ...META, [clientInfo()]: 'x' })],
    ['an unknown log level', withMeta({ ...META, 'io.modelcontextprotocol/logLevel': 'loud' })],
    ['a progress token of another type', withMeta({ ...META, progressToken: {} })],
    ['_meta of another type', withMeta('x')],
  ])('%s is −32602, and the id comes back', async (_name, body) => {
    expect(await inboundOf({ body })).toMatchObject({ refused: 'in.invalid_params', rpcId: 1 })
  })

  it('a notification whose version is no string is −32602, without an id', async () => {
    const body = { jsonrpc: '2.0', method: 'notifications/x', params: { _meta: { [VERSION]: 1 } } }
    const inbound = await inboundOf({ body, headers: { 'Mcp-Method': 'notifications/x' } })
    expect(inbound).toEqual({ refused: 'in.invalid_params', seen: `\`${VERSION}\` is no string` })
  })

  it('unknown keys of _meta are kept', async () => {
    const meta = {
      ...META,
      [clientInfo()]: { name: 'x', version: '1' },
      'io.modelcontextprotocol/logLevel': 'debug',
      progressToken: 7,
      'com.example/x': [1],
    }
    expect(await inboundOf({ body: withMeta(meta) })).toMatchObject({ meta })
  })
})

function clientInfo(): string {
  return 'io.modelcontextprotocol/clientInfo'
}

describe('readInbound: era (protocol §1, M-05)', () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 'i',
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} },
  }
  const old = { 'MCP-Protocol-Version': undefined, 'Mcp-Method': undefined, 'Mcp-Name': undefined }

  it('initialize is answered −32022 with what is supported and what was requested', async () => {
    expect(await inboundOf({ body: initialize, headers: old })).toEqual({
      refused: 'in.unsupported_version',
      rpcData: { supported: ['2026-07-28'], requested: '2025-11-25' },
      rpcId: 'i',
    })
  })

  it('what was not requested is not made up', async () => {
    const body = { ...CALL, params: { name: 'x' } }
    expect(await inboundOf({ body, headers: old })).toEqual({
      refused: 'in.unsupported_version',
      rpcData: { supported: ['2026-07-28'] },
      rpcId: 1,
    })
  })

  it.each(['2025-11-25', '2025-06-18', '2024-11-05'])(
    'an old header (%s) is −32022',
    async (version) => {
      const headers = { ...old, 'MCP-Protocol-Version': version }
      expect(await inboundOf({ body: withMeta({}), headers })).toMatchObject({
        refused: 'in.unsupported_version',
        rpcData: { requested: version },
      })
    },
  )

  it.each(['2025-11-25', '2027-01-01', 'DRAFT'])(
    'the version %s is served by no era',
    async (version) => {
      const body = withMeta({ ...META, [VERSION]: version })
      const inbound = await inboundOf({ body, headers: { 'MCP-Protocol-Version': version } })
      expect(inbound).toMatchObject({
        refused: 'in.unsupported_version',
        rpcData: { requested: version },
      })
    },
  )

  it('initialize under a modern header contradicts itself', async () => {
    expect(await inboundOf({ body: initialize })).toMatchObject({ refused: 'in.header_mismatch' })
  })

  it('initialize with a good modern envelope is a method like any other', async () => {
    const body = { ...initialize, params: { _meta: META } }
    const headers = { 'Mcp-Method': 'initialize' }
    expect(await inboundOf({ body, headers })).toMatchObject({ method: 'initialize' })
  })

  it('an old-era notification is dropped', async () => {
    const body = { jsonrpc: '2.0', method: 'notifications/initialized' }
    expect(await inboundOf({ body, headers: old })).toBe('dropped')
  })

  it('Mcp-Session-Id and Last-Event-ID are ignored', async () => {
    const inbound = (await inboundOf({
      headers: { 'Mcp-Session-Id': 's', 'Last-Event-ID': '3' },
    })) as Inbound
    expect([inbound.era, inbound.session]).toEqual(['modern', undefined])
  })
})

describe('readInbound: header = body (M-01, SEP-2243)', () => {
  it.each([
    ['no version', { 'MCP-Protocol-Version': undefined }],
    ['another version', { 'MCP-Protocol-Version': '2025-11-25' }],
    ['two versions', { 'MCP-Protocol-Version': ['2026-07-28', '2026-07-28'] }],
    ['no method', { 'Mcp-Method': undefined }],
    ['another method', { 'Mcp-Method': 'tools/list' }],
    ['the method in another case', { 'Mcp-Method': 'Tools/Call' }],
    ['two methods', { 'Mcp-Method': ['tools/call', 'tools/call'] }],
    ['no name', { 'Mcp-Name': undefined }],
    ['another name', { 'Mcp-Name': 'set_alert' }],
    ['the name in another case', { 'Mcp-Name': 'Get_prices' }],
    ['two names', { 'Mcp-Name': ['get_prices', 'get_prices'] }],
    ['another name in base64', { 'Mcp-Name': b64('set_alert') }],
    ['broken base64', { 'Mcp-Name': '=?base64?Z2V0X3ByaWNlcw?=' }],
    ['base64 that is not canonical', { 'Mcp-Name': '=?base64?Z2V0X3ByaWNlcx==?=' }],
    ['base64 of broken UTF-8', { 'Mcp-Name': b64(Buffer.from([0xff])) }],
    ['a name that is no ASCII', { 'Mcp-Name': 'get_pr\u00eeces' }],
    ['a name longer than 8 KiB', { 'Mcp-Name': 'x'.repeat(9000) }],
  ])('%s is −32020', async (_name, headers) => {
    const inbound = await inboundOf({ headers })
    expect(inbound).toMatchObject({ refused: 'in.header_mismatch', rpcId: 1 })
  })

  it('surrounding whitespace is no part of a value, and base64 stands for the same name', async () => {
    expect(await inboundOf({ headers: { 'Mcp-Name': ' get_prices\t' } })).toHaveProperty('method')
    expect(await inboundOf({ headers: { 'Mcp-Name': b64('get_prices') } })).toHaveProperty('method')
  })

  it('header names are case-insensitive', async () => {
    const headers = { 'Mcp-Name': undefined, 'mCP-nAME': 'get_prices' }
    expect(await inboundOf({ headers })).toHaveProperty('method')
  })

  it('a name that is no ASCII travels in base64', async () => {
    const body = { ...CALL, params: { ...CALL.params, name: 'prisé' } }
    expect(await inboundOf({ body, headers: { 'Mcp-Name': b64('prisé') } })).toHaveProperty(
      'method',
    )
  })

  it('resources/read mirrors the uri', async () => {
    const body = { ...CALL, method: 'resources/read', params: { uri: 'a:b', _meta: META } }
    const headers = { 'Mcp-Method': 'resources/read', 'Mcp-Name': 'a:b' }
    expect(await inboundOf({ body, headers })).toHaveProperty('method')
    expect(await inboundOf({ body, headers: { ...headers, 'Mcp-Name': 'a:c' } })).toMatchObject({
      refused: 'in.header_mismatch',
    })
  })

  it('methods without a name need none, and one that comes is not looked at', async () => {
    const body = { ...CALL, method: 'tools/list', params: { _meta: META } }
    const headers = { 'Mcp-Method': 'tools/list', 'Mcp-Name': 'anything' }
    expect(await inboundOf({ body, headers })).toHaveProperty('method', 'tools/list')
  })

  it('a call without a name is for the method to refuse, unless its header is malformed', async () => {
    const body = { ...CALL, params: { _meta: META } }
    const headers = { 'Mcp-Name': undefined }
    expect(await inboundOf({ body, headers })).toHaveProperty('method', 'tools/call')
    expect(await inboundOf({ body, headers: { 'Mcp-Name': '=?base64?!?=' } })).toMatchObject({
      refused: 'in.header_mismatch',
    })
  })

  it('a notification needs no mirrors, but those that come must agree', async () => {
    const body = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { _meta: META } }
    const none = { 'MCP-Protocol-Version': undefined, 'Mcp-Method': undefined }
    expect(await inboundOf({ body, headers: none })).toMatchObject({ id: undefined })
    expect(await inboundOf({ body })).toMatchObject({ refused: 'in.header_mismatch' })
  })

  it('Mcp-Param-* are kept as sent', async () => {
    const headers = { 'Mcp-Param-Market': 'DE', 'mcp-param-X': b64('é') }
    const inbound = (await inboundOf({ headers })) as Inbound
    expect([...inbound.paramHeaders]).toEqual([
      ['mcp-param-market', 'DE'],
      ['mcp-param-x', b64('é')],
    ])
  })
})
