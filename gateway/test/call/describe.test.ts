import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connector } from '../../src/call/connector.ts'
import type { JsonObject } from '../../src/json/value.ts'
import { connectTo, NONE, startTarget } from './scripted-target.ts'
import type { Received, ScriptedTarget } from './scripted-target.ts'

type Asked = { readonly id: string; readonly method: string; readonly params: JsonObject }

let target: ScriptedTarget
let connector: Connector
let answers: Record<string, (asked: Asked) => JsonObject | { readonly error: JsonObject }>

beforeEach(async () => {
  answers = {
    'server/discover': () => ({ supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }),
    'tools/list': () => ({ tools: [{ name: 'a' }] }),
  }
  target = await startTarget((req, res) => {
    const asked = JSON.parse(req.body) as Asked
    const answer = answers[asked.method]?.(asked) ?? { error: { code: -32601, message: 'no' } }
    const member = 'error' in answer ? answer : { result: answer }
    res.writeHead(200, { 'content-type': 'application/json' })
    res.end(JSON.stringify({ jsonrpc: '2.0', id: asked.id, ...member }))
  })
  connector = connectTo(target.url)
})
afterEach(async () => {
  await target.close()
  await connector.close()
})

const never = new AbortController().signal
const body = (received: Received | undefined): Asked => JSON.parse(received?.body ?? '{}') as Asked

const speaks = { revision: '2026-07-28', transport: 'streamable-http' }

describe('MCP 2026-07-28: what a target offers', () => {
  it('asks server/discover, then every page of tools/list, as a modern client', async () => {
    answers['tools/list'] = ({ params }) => {
      const from = Number(params['cursor'] ?? 0)
      return {
        tools: [{ name: `t${from}` }],
        ...(from < 2 ? { nextCursor: String(from + 1) } : {}),
      }
    }
    const { tools } = await connector.describe(NONE, never)
    expect(tools).toEqual([{ name: 't0' }, { name: 't1' }, { name: 't2' }])
    expect(target.received.map(({ headers }) => headers['mcp-method'])).toEqual([
      'server/discover',
      'tools/list',
      'tools/list',
      'tools/list',
    ])
    expect(target.received[0]?.headers).toMatchObject({ 'mcp-protocol-version': '2026-07-28' })
    expect(body(target.received[0]).params['_meta']).toMatchObject({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    })
  })

  it('M-28: numbers of a definition stay exact', async () => {
    target.script = (req, res) => {
      const { id, method } = JSON.parse(req.body) as Asked
      const result =
        method === 'tools/list'
          ? '{"tools":[{"name":"a","maximum":9007199254740993}]}'
          : '{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}}'
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.end(`data: {"jsonrpc":"2.0","id":"${id}","result":${result}}\n\n`)
    }
    const { tools } = await connector.describe(NONE, never)
    expect(JSON.stringify(tools)).toBe('[{"name":"a","maximum":9007199254740993}]')
  })

  it('a target without tools is not asked for them', async () => {
    answers['server/discover'] = () => ({ supportedVersions: ['2026-07-28'], capabilities: {} })
    expect(await connector.describe(NONE, never)).toEqual({
      tools: [],
      capabilities: {},
      unlisted: [],
      speaks,
    })
    expect(target.received).toHaveLength(1)
  })

  it('prompts, resources and templates are asked for as its capabilities name them, every page', async () => {
    answers['server/discover'] = () => ({
      supportedVersions: ['2026-07-28'],
      capabilities: { prompts: {}, resources: {}, completions: {} },
    })
    answers['prompts/list'] = ({ params }) =>
      params['cursor'] === undefined
        ? { prompts: [{ name: 'p' }], nextCursor: 'more' }
        : { prompts: [{ name: 'q' }] }
    answers['resources/list'] = () => ({ resources: [{ uri: 'docs://a', name: 'a' }] })
    answers['resources/templates/list'] = () => ({
      resourceTemplates: [{ uriTemplate: 'docs://{x}' }],
    })
    expect(await connector.describe(NONE, never)).toEqual({
      tools: [],
      prompts: [{ name: 'p' }, { name: 'q' }],
      resources: [{ uri: 'docs://a', name: 'a' }],
      templates: [{ uriTemplate: 'docs://{x}' }],
      capabilities: { prompts: {}, resources: {}, completions: {} },
      unlisted: [],
      speaks,
    })
  })

  it('what cannot be listed beside the tools is said, and the tools stand', async () => {
    answers['server/discover'] = () => ({
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {}, prompts: {}, resources: {} },
    })
    answers['resources/list'] = () => ({ resources: 'none' })
    expect(await connector.describe(NONE, never)).toMatchObject({
      tools: [{ name: 'a' }],
      prompts: 'unlisted',
      resources: 'unlisted',
      templates: 'unlisted',
      unlisted: [
        'prompts/list: the target answered error -32601',
        'the answer to resources/list has no resources',
        'resources/templates/list: the target answered error -32601',
      ],
    })
  })

  it('a target of the old era gives a reason in words', async () => {
    const old = /does not speak revision 2026-07-28/
    for (const code of [-32601, -32600, -32000, -32022]) {
      answers['server/discover'] = () => ({ error: { code, message: 'no' } })
      await expect(connector.describe(NONE, never)).rejects.toThrow(old)
    }
    answers['server/discover'] = () => ({ supportedVersions: ['2025-11-25'], capabilities: {} })
    await expect(connector.describe(NONE, never)).rejects.toThrow(old)
    for (const status of [400, 404, 405]) {
      target.script = (_req, res) =>
        res.writeHead(status, { 'content-type': 'text/plain' }).end('no')
      await expect(connector.describe(NONE, never)).rejects.toThrow(old)
    }
    // 401, 403 and 5xx are no evidence of an era.
    for (const status of [401, 403, 503]) {
      target.script = (_req, res) => res.writeHead(status).end()
      await expect(connector.describe(NONE, never)).rejects.toThrow(`answered ${status}`)
    }
  })

  it('endless pages, repeated cursors and too many tools are cut off', async () => {
    let page = 0
    answers['tools/list'] = () => ({ tools: [], nextCursor: String((page += 1)) })
    await expect(connector.describe(NONE, never)).rejects.toThrow('pages')
    answers['tools/list'] = () => ({ tools: [], nextCursor: 'again' })
    await expect(connector.describe(NONE, never)).rejects.toThrow('repeats a cursor')
    answers['tools/list'] = () => ({ tools: Array.from({ length: 5_001 }, () => ({})) })
    await expect(connector.describe(NONE, never)).rejects.toThrow('more than 5000 tools')
    for (const odd of [{}, { tools: {} }, { tools: [7] }, { tools: [], nextCursor: 7 }]) {
      answers['tools/list'] = () => odd
      await expect(connector.describe(NONE, never)).rejects.toThrow('tools/list')
    }
  })

  it('ends when the asker gives up', async () => {
    target.script = () => undefined
    const asker = new AbortController()
    const described = connector.describe(NONE, asker.signal)
    await expect.poll(() => target.received.length).toBe(1)
    asker.abort()
    await expect(described).rejects.toThrow('no answer in time')
    await expect.poll(() => target.closedEarly).toBe(1)
  })
})
