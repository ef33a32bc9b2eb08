import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Inbound, SessionTerms } from '../../src/in/inbound.ts'
import type { Message } from '../../src/in/envelope.ts'
import { inSession, type OldPost } from '../../src/in/old-era.ts'
import type { Refusal } from '../../src/refusal.ts'
import { request, startExchange, type Exchange } from './exchange.ts'

let exchange: Exchange
beforeAll(async () => {
  exchange = await startExchange(10_000, '2025-03-26')
})
afterAll(() => exchange.close())

const OLD = {
  'MCP-Protocol-Version': undefined,
  'Mcp-Method': undefined,
  'Mcp-Name': undefined,
  'Mcp-Session-Id': 's',
}
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
const send = async (body: unknown, headers: object = {}) =>
  (await exchange.send(request({ headers: { ...OLD, ...headers }, body }))).inbound as OldPost &
    Refusal
const get = async (line: string, headers: object) =>
  (await exchange.send(request({ line, headers: { ...OLD, ...headers }, body: '' }))).inbound

const SESSION: SessionTerms = {
  name: 'n',
  openedMs: 0,
  protocolVersion: '2025-06-18',
  clientCapabilities: { roots: {} },
  clientInfo: undefined,
  logLevel: 'error',
}

describe('readInbound: what comes of the old era (protocol §3)', () => {
  it('one message, whichever version of the era the header says, or none', async () => {
    for (const version of [undefined, '2025-03-26', '2025-06-18', '2025-11-25']) {
      const post = await send(LIST, { 'MCP-Protocol-Version': version })
      expect(post).toMatchObject({ verb: 'POST', isBatch: false, messages: [{ id: 1 }] })
    }
  })

  it.each(['2024-11-05', '0', '', '2025-06-19'])('the version `%s` is refused', async (version) => {
    expect(await send(LIST, { 'MCP-Protocol-Version': version })).toMatchObject({
      refused: 'in.unsupported_version',
      rpcId: 1,
      rpcData: { requested: version },
    })
  })

  it('a batch, and responses in it', async () => {
    const response = { jsonrpc: '2.0', id: 'q', result: {} }
    const post = await send([LIST, response, { jsonrpc: '2.0', method: 'x' }])
    expect(post).toMatchObject({ isBatch: true })
    expect(post.messages[1]).toEqual({ responseTo: 'q', response })
  })

  it.each([
    ['GET', { Accept: 'text/event-stream' }, { verb: 'GET' }],
    ['GET', { Accept: 'application/json' }, { refused: 'in.not_acceptable' }],
    ['GET', { Accept: '*/*', 'Mcp-Session-Id': undefined }, { refused: 'in.method_not_allowed' }],
    [
      'GET',
      { Accept: '*/*', 'MCP-Protocol-Version': '2026-07-28' },
      { refused: 'in.method_not_allowed' },
    ],
    ['DELETE', {}, { verb: 'DELETE' }],
    ['DELETE', { 'MCP-Protocol-Version': '1' }, { refused: 'in.unsupported_version' }],
    ['DELETE', { 'Mcp-Session-Id': undefined }, { refused: 'in.method_not_allowed' }],
    ['PUT', {}, { refused: 'in.method_not_allowed' }],
  ])('%s with %j', async (method, headers, expected) => {
    expect(await get(`${method} /mcp HTTP/1.1`, headers)).toMatchObject(expected)
  })

  it('a preflight allows what sessions need', async () => {
    const { head } = await exchange.send(request({ line: 'OPTIONS /mcp HTTP/1.1', body: '' }))
    expect(head).toMatchObject({ kind: 'preflight', allow: 'POST, GET, DELETE, OPTIONS' })
  })

  it.each([
    ['another method', LIST, { 'Mcp-Method': 'tools/call' }],
    ['two methods', LIST, { 'Mcp-Method': ['tools/list', 'tools/list'] }],
    ['a method beside a batch', [LIST], { 'Mcp-Method': 'tools/list' }],
    ['a name beside a response', { jsonrpc: '2.0', id: 1, result: {} }, { 'Mcp-Name': 'x' }],
  ])('mirrors %s: refused', async (_what, body, headers) => {
    expect(await send(body, headers)).toMatchObject({ refused: 'in.header_mismatch' })
  })
})

describe('inSession: a request of a session in the shape of the modern era (protocol §4)', () => {
  const message: Message = {
    id: 1,
    method: 'tools/list',
    params: {},
    meta: { progressToken: 'p', more: 1 },
  }
  const head = { headers: new Map() } as unknown as Inbound['head']

  it('says of itself what the session said, and keeps what it brought', () => {
    const inbound = inSession(head, message, SESSION) as Inbound
    expect(inbound.meta).toEqual({
      progressToken: 'p',
      more: 1,
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': { roots: {} },
      'io.modelcontextprotocol/logLevel': 'error',
    })
    expect([inbound.era, inbound.session]).toEqual(['legacy', SESSION])
  })

  it('cannot say it otherwise', () => {
    const lie = { 'io.modelcontextprotocol/clientCapabilities': { sampling: {} } }
    const inbound = inSession(head, { ...message, meta: lie }, SESSION) as Inbound
    expect(inbound.meta['io.modelcontextprotocol/clientCapabilities']).toEqual({ roots: {} })
  })

  it('refuses a progress token that is none', () => {
    expect(inSession(head, { ...message, meta: { progressToken: {} } }, SESSION)).toMatchObject({
      refused: 'in.invalid_params',
      rpcId: 1,
    })
  })
})
