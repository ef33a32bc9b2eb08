import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CallEnvelope, Connector } from '../../../src/call/connector.ts'
import type { Outcome } from '../../../src/call/outcome.ts'
import type { CatalogueEntry } from '../../../src/catalogue/entry.ts'
import type { Credential } from '../../../src/credential/credential.ts'
import {
  collect,
  connectTo,
  envelope,
  NONE,
  permitFor,
  startTarget,
  type Script,
} from '../scripted-target.ts'
import { startOldestTarget, type OldestTarget, type Posted } from './oldest-target.ts'

const KEY: Credential = { ...NONE, id: 'key', kind: 'secret', header: 'x-key', value: 'k' }
const never = new AbortController().signal
const RANDOM = /^[0-9a-f]{32}$/

let target: OldestTarget
let connector: Connector
beforeEach(async () => {
  target = await startOldestTarget()
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
  readonly signal?: AbortSignal
}
const call = (more: More = {}, through = connector): Promise<Outcome> =>
  through.call(
    permitFor('{}', more.entry, more.who),
    more.credential ?? NONE,
    envelope(more.envelope),
    more.signal ?? never,
  )

/** Code, class, and the reason for the log. */
function refusal(outcome: Outcome): [string, string, string] {
  if (outcome.kind !== 'refused') throw new Error(`a refusal was expected, not ${outcome.kind}`)
  return [outcome.refusal.refused, outcome.facts.class, outcome.refusal.reason ?? '']
}

function bodyOf(outcome: Outcome): unknown {
  if (outcome.kind !== 'result') throw new Error(`a result was expected, not ${outcome.kind}`)
  return JSON.parse(outcome.body.toString('utf8'))
}

const declaring = (clientCapabilities: object, more: object = {}): Partial<CallEnvelope> => ({
  meta: { 'io.modelcontextprotocol/clientCapabilities': clientCapabilities as never, ...more },
})
const writing = {
  facts: { readOnly: false, idempotent: false, durability: 'written', auditPaths: [] },
} as const

const overStreamableHttp: Script = ({ method: verb, body }, response) => {
  const { id, method = '' } =
    verb === 'POST' ? (JSON.parse(body) as { id?: string; method: string }) : {}
  if (id === undefined) return response.writeHead(verb === 'POST' ? 202 : 405).end()
  const results: Record<string, object> = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} } },
    'tools/list': { tools: [] },
  }
  response.writeHead(200, { 'content-type': 'application/json' })
  return response.end(
    JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? { content: [] } }),
  )
}

describe('MCP 2024-11-05, HTTP with SSE: a session', () => {
  it('begins with a GET, and all messages are posted to the endpoint that it names', async () => {
    expect(bodyOf(await call({ credential: KEY }))).toEqual({
      jsonrpc: '2.0',
      id: 7,
      result: { content: [], resultType: 'complete' },
    })
    const [probe, get, ...posts] = target.received
    expect([probe?.method, probe?.url]).toEqual(['POST', '/mcp'])
    expect(get).toMatchObject({
      method: 'GET',
      url: '/mcp',
      headers: { accept: 'text/event-stream', 'x-key': 'k' },
    })
    expect(get?.headers).not.toHaveProperty('content-type')
    expect(target.messages.map(({ method }) => method)).toEqual([
      'initialize',
      'notifications/initialized',
      'tools/call',
    ])
    for (const post of posts) {
      expect(post).toMatchObject({ url: '/messages?s=s1', headers: { 'x-key': 'k' } })
    }
    expect(target.sent('tools/call')[0]?.id).toMatch(RANDOM)
  })

  it('performance §4: a warm target sees one request per call, and is not probed again', async () => {
    await call()
    const before = target.received.length
    for (let round = 0; round < 3; round += 1) await call()
    await call({ who: 'somebody else' })
    const urls = target.received.slice(before).map(({ method, url }) => `${method} ${url}`)
    expect(urls).toEqual([
      ...Array.from({ length: 3 }, () => 'POST /messages?s=s1'),
      'GET /mcp',
      ...Array.from({ length: 3 }, () => 'POST /messages?s=s2'),
    ])
  })

  it('is one per person, credential and capabilities, and ends with its stream', async () => {
    const own = connectTo(target.url, { era: 'legacy' })
    await call({ who: 'alice' }, own)
    await call({ who: 'bob' }, own)
    await call({ who: 'alice', credential: KEY }, own)
    expect(target.streams).toHaveLength(3)
    await own.close()
    await vi.waitFor(() => expect(target.streams).toHaveLength(0))
  })

  it.each([404, 405, 400])('is found behind a POST that is answered %i', async (status) => {
    target.refusal = status
    const { tools, speaks } = await connector.describe(NONE, never)
    expect({ tools, speaks }).toEqual({
      tools: [{ name: 'get_prices' }],
      speaks: { revision: '2024-11-05', transport: 'sse' },
    })
  })

  it.each([401, 403, 500, 503])(
    'is not looked for behind a %i, which is no evidence',
    async (status) => {
      target.refusal = status
      expect((await call()).kind).toBe('refused')
      expect(target.received.map(({ method }) => method)).toEqual(['POST'])
    },
  )

  it('protocol §4: which transport it is, is asked again by a description that opens a session', async () => {
    await connector.describe(NONE, never)
    const older = target.script
    target.script = overStreamableHttp
    for (const stream of target.streams) stream.end()
    await vi.waitFor(() => expect(target.streams).toHaveLength(0))
    const { speaks } = await connector.describe(NONE, never)
    expect(speaks).toEqual({ revision: '2025-11-25', transport: 'streamable-http' })
    expect((await call()).kind).toBe('result')
    target.script = older
    expect((await connector.describe(NONE, never)).speaks?.transport).toBe('sse')
  })

  it('a URL with neither transport is told in words of both', async () => {
    const nothing = await startTarget((_request, response) => response.writeHead(404).end())
    const lost = connectTo(nothing.url, { era: 'legacy' })
    await expect(lost.describe(NONE, never)).rejects.toThrow(
      'initialize: the target answered 404, nor is there a stream of the older transport: the target answered 404',
    )
    await lost.close()
    await nothing.close()
  })
})

describe('MCP 2024-11-05: calls on one stream', () => {
  it('M-06: answers in any order reach their own calls, whatever ids clients use', async () => {
    const waiting: Posted[] = []
    target.call = (posted) => {
      waiting.push(posted)
      if (waiting.length < 3) return
      for (const one of waiting.splice(0).toReversed()) one.result({ content: [], of: one.id })
    }
    await connector.describe(NONE, never)
    const outcomes = await Promise.all([call(), call(), call()])
    const sent = target.sent('tools/call').map(({ id }) => id)
    expect(target.streams).toHaveLength(2)
    expect(new Set(sent).size).toBe(3)
    expect(outcomes.map((one) => (bodyOf(one) as { result: { of: string } }).result.of)).toEqual(
      sent,
    )
  })

  it('M-06: an answer under a foreign id reaches nobody, and the call goes on', async () => {
    target.call = (posted) => {
      posted.send({ id: 'f'.repeat(32), result: { content: [], stolen: true } })
      posted.result({ content: [] })
    }
    expect(bodyOf(await call())).toMatchObject({ id: 7, result: { content: [] } })
  })

  it('M-25: progress reaches the call with the token alone, under the client’s own', async () => {
    target.call = (posted) => {
      const { id } = posted
      for (const progressToken of ['t', 'f'.repeat(32), id]) {
        posted.send({ method: 'notifications/progress', params: { progressToken, progress: 1 } })
      }
      posted.result({ content: [] })
    }
    const messages = await collect(await call({ envelope: { meta: { progressToken: 't' } } }))
    expect(messages.map((text) => JSON.parse(text) as object)).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 't', progress: 1 } },
      { id: 7, result: {} },
    ])
    expect(messages).toHaveLength(2)
  })

  it('M-28: numbers stay exact', async () => {
    target.call = ({ id, write }) =>
      write(`data: {"jsonrpc":"2.0","id":"${id}","result":{"content":[],"n":9007199254740993}}\n\n`)
    const outcome = await call()
    expect(outcome.kind === 'result' && outcome.body.toString()).toContain('"n":9007199254740993')
  })

  it('an answer of many lines, or of one long one, is whole', async () => {
    const text = 'x'.repeat(300_000)
    target.call = ({ id, write }) => {
      const lines = [`{"jsonrpc":"2.0","id":"${id}",`, `"result":{"content":[],"text":"${text}"}}`]
      write(`event: message\n${lines.map((line) => `data: ${line}\n`).join('')}\n`)
    }
    expect(bodyOf(await call())).toMatchObject({ result: { text } })
  })

  it('what the target asks belongs to the one call of its session; calls beside it have another', async () => {
    const asking: Posted[] = []
    target.call = (posted) => {
      asking.push(posted)
      posted.send({ id: `ask-${asking.length}`, method: 'roots/list' })
    }
    const meta = declaring({ roots: {} })
    const outcomes = await Promise.all([call({ envelope: meta }), call({ envelope: meta })])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['input', 'input'])
    expect(target.streams).toHaveLength(2)
    // Who comes back goes on where the call waits.
    const [first] = outcomes
    if (first?.kind !== 'input') throw new Error('nobody was asked')
    const [key = ''] = Object.keys(first.requests)
    const input = { state: first.state, responses: { [key]: { roots: [] } } }
    const goingOn = call({ envelope: { ...meta, input } })
    await vi.waitFor(() =>
      expect(target.messages).toContainEqual(
        expect.objectContaining({ id: 'ask-1', result: { roots: [] } }),
      ),
    )
    asking[0]?.result({ content: [] })
    expect((await goingOn).kind).toBe('result')
  })

  it('what nobody declared is refused, and a ping is answered, with and without a call', async () => {
    target.call = (posted) => {
      posted.send({ id: 'a', method: 'sampling/createMessage', params: {} })
      posted.send({ id: 'b', method: 'ping' })
      posted.result({ content: [] })
      posted.send({ id: 'c', method: 'elicitation/create', params: {} })
    }
    await call()
    await vi.waitFor(() =>
      expect(target.messages.filter(({ method }) => method === undefined)).toHaveLength(3),
    )
    const answers = target.messages.filter(({ method }) => method === undefined)
    expect(answers.toSorted((a, b) => (a.id ?? '').localeCompare(b.id ?? ''))).toMatchObject([
      { id: 'a', error: { code: -32601 } },
      { id: 'b', result: {} },
      { id: 'c', error: { code: -32601 } },
    ])
  })

  it('a client that leaves is told to the target, and the stream stays', async () => {
    const leave = new AbortController()
    target.call = () => leave.abort()
    expect(refusal(await call({ signal: leave.signal }))[0]).toBe('call.cancelled')
    const [sent] = target.sent('tools/call')
    await vi.waitFor(() => expect(target.sent('notifications/cancelled')).toHaveLength(1))
    expect(target.sent('notifications/cancelled')[0]?.params).toMatchObject({ requestId: sent?.id })
    target.call = (posted) => {
      // Late, and nobody's.
      posted.send({ id: sent?.id ?? '', result: {} })
      posted.result({ content: [] })
    }
    expect((await call()).kind).toBe('result')
    expect(target.streams).toHaveLength(1)
  })

  it('listening hears of changes on the stream of a session of its own', async () => {
    const told: unknown[] = []
    const leave = new AbortController()
    const agreed = Promise.withResolvers<unknown>()
    const on = { opened: agreed.resolve, told: (event: unknown) => told.push(event) }
    const over = connector.listen?.({ toolsListChanged: true }, NONE, on, leave.signal)
    expect(await agreed.promise).toEqual({ toolsListChanged: true })
    target.streams[0]?.write(
      'data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n',
    )
    await vi.waitFor(() => expect(told).toEqual([{ kind: 'toolsListChanged' }]))
    target.streams[0]?.end()
    expect(await over).toMatch(/ended|reset|closed/)
  })
})

describe('promises §4: a stream that ends', () => {
  it('F-10: a call whose message was sent ends as unclear, and is not made again', async () => {
    target.call = (posted) => posted.cut()
    expect(refusal(await call({ entry: writing })).slice(0, 2)).toEqual([
      'call.connection_lost',
      'unclear',
    ])
    expect(target.sent('tools/call')).toHaveLength(1)
    target.call = (posted) => posted.result({ content: [] })
    expect((await call()).kind).toBe('result')
    expect(target.sent('initialize')).toHaveLength(2)
  })

  it('F-10: a session that the target does not know any more is opened anew, where that is safe', async () => {
    let forgotten = true
    target.call = (posted) => {
      if (!forgotten) return posted.result({ content: [] })
      forgotten = false
      posted.accept(404)
    }
    expect((await call()).kind).toBe('result')
    await vi.waitFor(() => expect(target.streams).toHaveLength(1))
    forgotten = true
    expect(refusal(await call({ entry: writing }))[0]).toBe('call.session_lost')
  })

  it('a call that waits for a person is told so when they come back', async () => {
    const waiting: Posted[] = []
    target.call = (posted) => {
      waiting.push(posted)
      posted.send({ id: 'q', method: 'elicitation/create', params: { message: 'Go on?' } })
    }
    const meta = declaring({ elicitation: {} })
    const asked = await call({ envelope: meta })
    if (asked.kind !== 'input') throw new Error('nobody was asked')
    waiting[0]?.cut()
    await vi.waitFor(() => expect(target.streams).toHaveLength(0))
    const input = { state: asked.state, responses: {} }
    expect(refusal(await call({ envelope: { ...meta, input } }))[0]).toBe('call.connection_lost')
  })

  it('F-09: a target that accepts and says nothing ends at the idle deadline, and is told', async () => {
    const hasty = connectTo(target.url, { era: 'legacy', timeouts: { idleMs: 100 } })
    target.call = () => undefined
    expect(refusal(await call({}, hasty))).toMatchObject([
      'call.target_timeout',
      'timeout',
      expect.stringContaining('no piece'),
    ])
    await vi.waitFor(() => expect(target.sent('notifications/cancelled')).toHaveLength(1))
    await hasty.close()
  })

  it('F-09: pieces of the stream keep a call alive until its total deadline', async () => {
    const hasty = connectTo(target.url, {
      era: 'legacy',
      timeouts: { idleMs: 300, totalMs: 1_200 },
    })
    const pieces = setInterval(() => target.streams[0]?.write(': ping\n\n'), 50)
    target.call = () => undefined
    expect(refusal(await call({}, hasty))[2]).toMatch('no complete answer')
    clearInterval(pieces)
    await vi.waitFor(() => expect(target.sent('notifications/cancelled')).toHaveLength(1))
    await hasty.close()
  })

  it('a POST that is not accepted ends the call with its status', async () => {
    target.call = (posted) => posted.accept(400, 'no')
    expect(refusal(await call())[0]).toBe('call.target_refused')
    target.call = (posted) => posted.accept(403)
    expect(refusal(await call())[0]).toBe('call.target_rejected_credential')
  })
})
