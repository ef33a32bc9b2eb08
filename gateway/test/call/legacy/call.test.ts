import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallEnvelope, Connector } from '../../../src/call/connector.ts'
import type { Outcome } from '../../../src/call/outcome.ts'
import type { CatalogueEntry } from '../../../src/catalogue/entry.ts'
import type { JsonObject } from '../../../src/json/value.ts'
import { collect, connectTo, envelope, NONE, permitFor } from '../scripted-target.ts'
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

const call = (
  more: {
    readonly args?: string
    readonly entry?: Partial<CatalogueEntry>
    readonly envelope?: Partial<CallEnvelope>
    readonly signal?: AbortSignal
  } = {},
  through = connector,
): Promise<Outcome> =>
  through.call(
    permitFor(more.args ?? '{}', more.entry),
    NONE,
    envelope(more.envelope),
    more.signal ?? new AbortController().signal,
  )

async function answered(outcome: Promise<Outcome>): Promise<JsonObject> {
  const settled = await outcome
  if (settled.kind !== 'result') throw new Error(`a result was expected, not ${settled.kind}`)
  return JSON.parse(settled.body.toString('utf8')) as JsonObject
}

function refusal(outcome: Outcome): [string, string] {
  if (outcome.kind !== 'refused') throw new Error(`a refusal was expected, not ${outcome.kind}`)
  return [outcome.refusal.refused, outcome.facts.class]
}

const RANDOM = /^[0-9a-f]{32}$/

describe('protocol §4: what is sent to a target of the old era', () => {
  it('the permit’s tool and arguments as decided, numbers exact; of `_meta` what is not the modern envelope', async () => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
      'x.example/unknown': 1,
    }
    await call({ args: '{"n":9007199254740993}', envelope: { meta } })
    const body = target.received.find((req) => req.body.includes('tools/call'))?.body
    expect(body).toMatch(
      /^\{"jsonrpc":"2.0","id":"[0-9a-f]{32}","method":"tools\/call","params":\{"name":"get_prices","arguments":\{"n":9007199254740993\},"_meta":\{"x.example\/unknown":1\}\}\}$/,
    )
  })

  it('prompts, reads and completions have the params of their method', async () => {
    await call({ args: '{"id":"x"}', envelope: { method: 'prompts/get', meta: {} } })
    const read = { method: 'resources/read', meta: {} } as const
    const result = await answered(call({ args: '{"uri":"acme://x"}', envelope: read }))
    const argument = '{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":"v"}}'
    await call({ args: argument, envelope: { method: 'completion/complete', meta: {} } })
    expect(target.sent('prompts/get')[0]?.params).toEqual({
      name: 'get_prices',
      arguments: { id: 'x' },
    })
    expect(target.sent('resources/read')[0]?.params).toEqual({ uri: 'acme://x' })
    expect(target.sent('completion/complete')[0]?.params).toEqual(JSON.parse(argument))
    // MUST (server/utilities/caching): a read says how long it holds, and that it is the person's own.
    expect(result['result']).toMatchObject({ ttlMs: 0, cacheScope: 'private' })
  })

  it('M-06: ids are random for every call, and the client’s own comes back', async () => {
    const ids = [7, '7', 'a"b']
    for (const id of ids) {
      expect(await answered(call({ envelope: { id } }))).toMatchObject({ id })
    }
    const sent = target.sent('tools/call').map(({ id = '' }) => id)
    expect(new Set(sent).size).toBe(3)
    for (const id of sent) expect(id).toMatch(RANDOM)
  })
})

describe('protocol §4: what comes back has the shape of the modern era', () => {
  it('M-28: a result says that it is complete, and its numbers stay exact', async () => {
    target.call = ({ id, response }) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(
        `{"jsonrpc":"2.0","id":"${id}","result":{"content":[],"structuredContent":{"n":[9007199254740993,-0,1E5]}}}`,
      )
    }
    const outcome = await call()
    expect(outcome).toMatchObject({ kind: 'result', facts: { class: 'ok', status: 200 } })
    expect(outcome.kind === 'result' && outcome.body.toString('utf8')).toBe(
      '{"jsonrpc":"2.0","id":7,"result":{"content":[],"structuredContent":{"n":[9007199254740993,-0,1E5]},"resultType":"complete"}}',
    )
  })

  it('a result that calls itself something else is complete all the same', async () => {
    target.call = (turn) => turn.result({ resultType: 'input_required', requestState: 'x' })
    expect(await answered(call())).toMatchObject({ result: { resultType: 'complete' } })
  })

  it('an event stream that holds nothing but the response is a plain result', async () => {
    target.call = (turn) => {
      turn.notify('notifications/message', { level: 'info', data: 'x' })
      turn.result({ isError: true, content: [] })
    }
    expect(await call()).toMatchObject({ kind: 'result', facts: { class: 'tool_error' } })
  })

  it('protocol §4: -32002 becomes -32602; other errors pass, bounded', async () => {
    target.call = (turn) => turn.error(-32002)
    expect(await answered(call())).toMatchObject({ id: 7, error: { code: -32602 } })
    target.call = (turn) => turn.error(-32050, { x: 1 })
    expect(await answered(call())).toMatchObject({ error: { code: -32050, data: { x: 1 } } })
  })

  it('M-06: an answer under another id is no answer', async () => {
    for (const streamed of [false, true]) {
      target.call = (turn) => {
        const message = { id: 'f'.repeat(32), result: { content: [] } }
        if (streamed) return turn.send(message)
        turn.response.writeHead(200, { 'content-type': 'application/json' })
        turn.response.end(JSON.stringify({ jsonrpc: '2.0', ...message }))
      }
      expect(refusal(await call())).toEqual(['call.target_invalid', 'unclear'])
    }
  })

  it.each([
    ['no JSON', 200, 'application/json', 'x', 'call.target_invalid'],
    [
      'a request in place of a response',
      200,
      'application/json',
      '{"jsonrpc":"2.0","id":1,"method":"ping"}',
      'call.target_invalid',
    ],
    ['a page', 200, 'text/html', '<p>', 'call.target_invalid'],
    ['a redirect', 302, 'text/html', '', 'call.target_invalid'],
    ['a refused credential', 403, 'application/json', '{}', 'call.target_rejected_credential'],
    ['no service', 503, 'text/plain', '', 'call.target_unavailable'],
    ['a refusal', 422, 'text/plain', '', 'call.target_refused'],
  ])('%s', async (_what, status, type, body, code) => {
    target.call = ({ response }) =>
      void response.writeHead(status, { 'content-type': type }).end(body)
    expect(refusal(await call())[0]).toBe(code)
  })

  it('a stream that ends without a response leaves open whether the target acted', async () => {
    target.call = (turn) => {
      turn.notify('notifications/progress', { progressToken: 'x', progress: 1 })
      turn.response.end()
    }
    expect(refusal(await call())).toEqual(['call.connection_lost', 'unclear'])
  })

  it('D-01: an answer beyond the limit is cut off', async () => {
    const small = connectTo(target.url, { era: 'legacy', resultBytes: 2_000 })
    target.call = (turn) => turn.result({ content: [{ type: 'text', text: 'x'.repeat(3_000) }] })
    expect(refusal(await call({}, small))[0]).toBe('call.result_too_large')
    await small.close()
  })
})

describe('MCP 2025-11-25: progress, log messages, cancellation', () => {
  const asking = (more: JsonObject): Partial<CallEnvelope> => ({ meta: more })

  it('M-25: progress passes under the client’s own token, that of another call does not', async () => {
    const sent: string[] = []
    target.call = (turn) => {
      const { progressToken = 'none' } = (turn.params['_meta'] ?? {}) as { progressToken?: string }
      sent.push(progressToken)
      turn.notify('notifications/progress', { progressToken: 'p', progress: 1 })
      turn.notify('notifications/progress', { progressToken, progress: 2, message: 'x' })
      turn.result({ content: [] })
    }
    const outcome = await call({ envelope: asking({ progressToken: 'p' }) })
    expect((await collect(outcome)).map((text) => JSON.parse(text) as JsonObject)).toMatchObject([
      {
        method: 'notifications/progress',
        params: { progressToken: 'p', progress: 2, message: 'x' },
      },
      { id: 7, result: { resultType: 'complete' } },
    ])
    expect((await call()).kind).toBe('result')
    expect(sent).toEqual([expect.stringMatching(RANDOM), 'none'])
  })

  it('a level is set when it is more verbose than before; each call gets what it asked for', async () => {
    const level = (name: string) => asking({ 'io.modelcontextprotocol/logLevel': name })
    target.call = (turn) => {
      for (const each of ['debug', 'warning', 'error']) {
        turn.notify('notifications/message', { level: each, data: each })
      }
      turn.result({ content: [] })
    }
    expect(await collect(await call({ envelope: level('warning') }))).toHaveLength(3)
    expect(await collect(await call({ envelope: level('error') }))).toHaveLength(2)
    expect(await collect(await call({ envelope: level('debug') }))).toHaveLength(4)
    expect((await call()).kind).toBe('result')
    expect(target.sent('logging/setLevel').map(({ params }) => params?.['level'])).toEqual([
      'warning',
      'debug',
    ])
  })

  it('a client that goes away cancels by notification, because a closed stream does not', async () => {
    let id = ''
    target.call = (turn) => {
      id = turn.id
    }
    const client = new AbortController()
    const outcome = call({ signal: client.signal })
    await expect.poll(() => id).not.toBe('')
    client.abort()
    expect(refusal(await outcome)).toEqual(['call.cancelled', 'cancelled'])
    await expect.poll(() => target.sent('notifications/cancelled')).toHaveLength(1)
    expect(target.sent('notifications/cancelled')[0]?.params).toMatchObject({ requestId: id })
  })

  it('a call that is over before it is sent is not sent', async () => {
    const outcome = await call({ signal: AbortSignal.abort() })
    expect(refusal(outcome)).toEqual(['call.cancelled', 'cancelled'])
    expect(target.sent('tools/call')).toEqual([])
  })

  it('F-09: a target that takes too long is told so', async () => {
    const hasty = connectTo(target.url, { era: 'legacy', timeouts: { totalMs: 200 } })
    target.call = () => undefined
    expect(refusal(await call({}, hasty))).toEqual(['call.target_timeout', 'timeout'])
    await expect.poll(() => target.sent('notifications/cancelled').length).toBe(1)
    await hasty.close()
    const idle = connectTo(target.url, { era: 'legacy', timeouts: { idleMs: 100 } })
    target.call = (turn) => turn.notify('notifications/message', { level: 'info', data: 1 })
    expect(refusal(await call({}, idle))).toEqual(['call.target_timeout', 'timeout'])
    await idle.close()
  })

  it('back-pressure: a consumer that stops pulling ends the call, at the target too', async () => {
    target.call = (turn) => {
      const { progressToken } = turn.params['_meta'] as { progressToken: string }
      turn.notify('notifications/progress', { progressToken, progress: 1 })
    }
    const outcome = await call({ envelope: asking({ progressToken: 1 }) })
    if (outcome.kind !== 'stream') throw new Error('a stream was expected')
    for await (const _ of outcome.messages) break
    expect(await outcome.ended).toMatchObject({ facts: { class: 'cancelled' } })
    await expect.poll(() => target.sent('notifications/cancelled').length).toBe(1)
  })
})
