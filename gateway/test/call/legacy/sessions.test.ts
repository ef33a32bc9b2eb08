import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallEnvelope, Connector } from '../../../src/call/connector.ts'
import type { Outcome } from '../../../src/call/outcome.ts'
import type { Credential } from '../../../src/credential/credential.ts'
import type { CatalogueEntry } from '../../../src/catalogue/entry.ts'
import { connectTo, envelope, NONE, permitFor } from '../scripted-target.ts'
import { startOldTarget, type OldTarget } from './old-target.ts'

let target: OldTarget
let connector: Connector

beforeEach(async () => {
  target = await startOldTarget()
  connector = connectTo(target.url, { era: 'legacy' })
})
afterEach(async () => {
  await connector.close()
  await target.close()
})

type More = {
  readonly who?: string
  readonly credential?: Credential
  readonly envelope?: Partial<CallEnvelope>
  readonly entry?: Partial<CatalogueEntry>
}
const call = (more: More = {}, through = connector): Promise<Outcome> =>
  through.call(
    permitFor('{}', more.entry, more.who),
    more.credential ?? NONE,
    envelope(more.envelope),
    new AbortController().signal,
  )
const opened = () => target.sent('initialize').length

function declaring(clientCapabilities: object): Partial<CallEnvelope> {
  const meta = { 'io.modelcontextprotocol/clientCapabilities': clientCapabilities as never }
  return { meta }
}

function refusal(outcome: Outcome): [string, string] {
  if (outcome.kind !== 'refused') throw new Error(`a refusal was expected, not ${outcome.kind}`)
  return [outcome.refusal.refused, outcome.facts.class]
}

const writing = {
  facts: { readOnly: false, idempotent: false, durability: 'written', auditPaths: [] },
} as const

describe('MCP 2025-11-25, basic/lifecycle: sessions with a target', () => {
  it('one is opened by initialize, confirmed, and named in every later request', async () => {
    await call({ credential: { ...NONE, kind: 'secret', header: 'x-key', value: 'k' } })
    expect(target.messages.map(({ method }) => method)).toEqual([
      'initialize',
      'notifications/initialized',
      'tools/call',
    ])
    expect(target.messages[0]?.params).toEqual({
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'sallyport', version: '1' },
    })
    const [first, , third] = target.received
    expect(first?.headers).toMatchObject({ 'x-key': 'k' })
    expect(first?.headers).not.toHaveProperty('mcp-session-id')
    expect(third?.headers).toMatchObject({
      'mcp-session-id': 's1',
      'mcp-protocol-version': '2025-11-25',
      accept: 'application/json, text/event-stream',
      'x-key': 'k',
    })
  })

  it('performance §4: a warm target sees one request per call and no new connection', async () => {
    await call()
    const { connections } = target
    const before = target.received.length
    for (let round = 0; round < 5; round += 1) await call()
    expect(target.received.length - before).toBe(5)
    expect(target.connections).toBe(connections)
  })

  it('calls at the same time share the one that is being opened', async () => {
    await Promise.all([call(), call(), call()])
    expect(opened()).toBe(1)
  })

  it('M-07: another person, credential, client session or set of capabilities has another one', async () => {
    await call()
    await call({ who: 'somebody else' })
    expect(opened()).toBe(2)
    await call({ credential: { ...NONE, version: '2' } })
    expect(opened()).toBe(3)
    await call({ envelope: { session: 'a' } })
    await call({ envelope: { session: 'b' } })
    expect(opened()).toBe(5)
    await call({ envelope: declaring({ elicitation: { form: {} } }) })
    await call({ envelope: declaring({ elicitation: { url: {} } }) })
    expect(opened()).toBe(7)
  })

  it('protocol §4: declared is what the client declared, as far as the era knows it', async () => {
    const sent = {
      elicitation: { form: {}, url: {}, voice: {} },
      sampling: { tools: {} },
      roots: { listChanged: true },
      extensions: { 'x.example/y': {} },
    }
    await call({ envelope: declaring(sent) })
    expect(target.messages[0]?.params?.['capabilities']).toEqual({
      elicitation: { form: {}, url: {} },
      sampling: { tools: {} },
      roots: {},
    })
    // What the era does not know makes no further session.
    await call({ envelope: declaring({ ...sent, extensions: {} }) })
    expect(opened()).toBe(1)
  })

  it('older revisions are accepted and kept to, unknown ones refused', async () => {
    target.opening = { protocolVersion: '2025-03-26', capabilities: {} }
    await call()
    expect(target.received.at(-1)?.headers).toMatchObject({ 'mcp-protocol-version': '2025-03-26' })
    target.opening = { protocolVersion: '2024-11-05', capabilities: {} }
    expect(refusal(await call({ who: 'b' }))).toEqual(['call.target_invalid', 'refused_by_target'])
  })

  it('a target that names no session is called without one', async () => {
    target.script = (req, res) => {
      const { id, method } = JSON.parse(req.body) as { id?: string; method: string }
      if (id === undefined) return void res.writeHead(202).end()
      const result = method === 'initialize' ? target.opening : { content: [] }
      res.writeHead(200, { 'content-type': 'application/json' })
      res.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
    }
    expect((await call()).kind).toBe('result')
    expect(target.received.at(-1)?.headers).not.toHaveProperty('mcp-session-id')
  })

  it('a target that opens none is refused as what it said, and nothing was called', async () => {
    target.script = (_req, res) => void res.writeHead(401).end()
    expect(refusal(await call())).toEqual(['call.target_rejected_credential', 'refused_by_target'])
    target.script = (_req, res) => void res.destroy()
    expect(refusal(await call())).toEqual(['call.connection_lost', 'refused_by_target'])
    expect(target.sent('tools/call')).toEqual([])
  })

  it('F-10: a lost session is opened again once, and only what may be made twice is repeated', async () => {
    await call()
    target.sessions.clear()
    expect((await call()).kind).toBe('result')
    expect(opened()).toBe(2)
    target.sessions.clear()
    expect(refusal(await call({ entry: writing }))).toEqual([
      'call.session_lost',
      'refused_by_target',
    ])
    expect(target.sent('tools/call')).toHaveLength(4)
    // The next one is made in a new session.
    expect((await call({ entry: writing })).kind).toBe('result')
    expect(opened()).toBe(3)
  })

  it('a target that says 400 of a lost session is understood, one that loses every session ends', async () => {
    await call()
    let refused = 0
    const { script } = target
    target.script = (req, res) => {
      if (!req.body.includes('tools/call')) return script(req, res)
      refused += 1
      res.writeHead(400, { 'content-type': 'application/json' })
      const error = { code: -32000, message: 'Bad Request: No valid session ID provided' }
      res.end(JSON.stringify({ jsonrpc: '2.0', error, id: null }))
    }
    expect(refusal(await call())[0]).toBe('call.session_lost')
    expect(refused).toBe(2)
  })

  it('H-09: the number is bounded: the one that was idle longest gives way, and is ended', async () => {
    const small = connectTo(target.url, { era: 'legacy', sessions: { max: 2 } })
    await call({ who: 'a' }, small)
    await call({ who: 'b' }, small)
    await call({ who: 'a' }, small)
    await call({ who: 'c' }, small)
    await expect.poll(() => [...target.sessions]).toEqual(['s1', 's3'])
    // Where none is idle, nobody is thrown out.
    let release = (): void => undefined
    target.call = (turn) => {
      const before = release
      release = () => {
        before()
        turn.result({ content: [] })
      }
    }
    const busy = [call({ who: 'a' }, small), call({ who: 'c' }, small)]
    await expect.poll(() => target.sent('tools/call').length).toBe(6)
    expect(refusal(await call({ who: 'd' }, small))[0]).toBe('call.target_unavailable')
    release()
    await Promise.all(busy)
    await small.close()
  })

  it('whoever stays idle is ended, and so are all when the connector closes', async () => {
    const brief = connectTo(target.url, { era: 'legacy', sessions: { idleMs: 1_000 } })
    await call({}, brief)
    expect(target.sessions.size).toBe(1)
    await expect.poll(() => target.sessions.size, { timeout: 5_000 }).toBe(0)
    await call({}, brief)
    await brief.close()
    expect(target.sessions.size).toBe(0)
  })
})
