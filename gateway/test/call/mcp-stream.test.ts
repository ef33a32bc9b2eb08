import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connector } from '../../src/call/connector.ts'
import type { Outcome } from '../../src/call/outcome.ts'
import type { Credential } from '../../src/credential/credential.ts'
import {
  collect,
  connectTo,
  envelope,
  events,
  json,
  NONE,
  permitFor,
  startTarget,
} from './scripted-target.ts'
import type { ScriptedTarget } from './scripted-target.ts'

const OK = '{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","content":[]}}'
let target: ScriptedTarget
let connector: Connector

beforeEach(async () => {
  target = await startTarget(json(OK))
  connector = connectTo(target.url)
})
afterEach(async () => {
  await target.close()
  await connector.close()
})

const never = new AbortController().signal
function call(
  args = '{}',
  more: {
    entry?: Parameters<typeof permitFor>[1]
    credential?: Credential
    envelope?: Parameters<typeof envelope>[0]
    signal?: AbortSignal
  } = {},
): Promise<Outcome> {
  return connector.call(
    permitFor(args, more.entry),
    more.credential ?? NONE,
    envelope(more.envelope),
    more.signal ?? never,
  )
}

function refusal(outcome: Outcome): [string, string] {
  if (outcome.kind !== 'refused') throw new Error(`a refusal was expected, not ${outcome.kind}`)
  return [outcome.refusal.refused, outcome.facts.class]
}

describe('text/event-stream answers', () => {
  const progress = (token: string, n: number): string =>
    `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"progress":${n}}}`
  const meta = { progressToken: 'p' }

  it('a stream that holds nothing but the response is a plain result', async () => {
    target.script = events(
      ': hello\n\n',
      'id: 1\nretry: 5\ndata:\n\n'.replace('data:\n', ''),
      `data: ${OK}\n\n`,
    )
    const outcome = await call()
    expect(outcome.kind === 'result' && outcome.body.toString()).toBe(OK)
  })

  it('§8: notifications and the response come one by one, re-emitted without anything else', async () => {
    target.script = events(
      `event: message\nid: 4\nretry: 1\ndata: ${progress('"p"', 1)}\n\n`,
      `event: forged\ndata: ${progress('"p"', 99)}\n\n`,
      `: comment\r\ndata: {"jsonrpc":"2.0",\r\ndata: "method":"notifications/progress","params":{"progressToken":"p","progress":2}}\r\n\r\n`,
      `data: ${OK}\n\n`,
    )
    const outcome = await call('{}', { envelope: { meta } })
    expect(await collect(outcome)).toEqual([
      progress('"p"', 1),
      '{"jsonrpc":"2.0", "method":"notifications/progress","params":{"progressToken":"p","progress":2}}',
      OK,
    ])
    expect(outcome.kind === 'stream' && (await outcome.ended)).toMatchObject({
      kind: 'result',
      facts: { class: 'ok', result: Buffer.from(OK), status: 200 },
    })
  })

  it('only what the request asked for passes: its progress token, messages at a level', async () => {
    const message =
      '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1.0}}'
    const all = [
      `data: ${progress('"other"', 1)}\n\n`,
      'data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n',
      `data: ${message}\n\n`,
      `data: ${progress('"p"', 2)}\n\n`,
      `data: ${OK}\n\n`,
    ]
    target.script = events(...all)
    expect(await collect(await call('{}', { envelope: { meta } }))).toEqual([
      progress('"p"', 2),
      OK,
    ])
    const asking = { ...meta, 'io.modelcontextprotocol/logLevel': 'info' }
    expect(await collect(await call('{}', { envelope: { meta: asking } }))).toEqual([
      message,
      progress('"p"', 2),
      OK,
    ])
    target.script = events(...all)
    expect((await call()).kind).toBe('result')
  })

  it('MUST NOT: a request of the target ends the stream', async () => {
    const sampling = '{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{}}'
    target.script = events(`data: ${sampling}\n\n`, `data: ${OK}\n\n`)
    expect(refusal(await call())).toEqual(['call.target_invalid', 'unclear'])
    target.script = events(`data: ${progress('"p"', 1)}\n\n`, `data: ${sampling}\n\n`)
    const outcome = await call('{}', { envelope: { meta } })
    expect(await collect(outcome)).toEqual([progress('"p"', 1)])
    expect(outcome.kind === 'stream' && (await outcome.ended)).toMatchObject({
      facts: { class: 'unclear' },
      refusal: { refused: 'call.target_invalid' },
    })
  })

  it('§8: a stream that breaks or ends early is a lost call', async () => {
    target.script = events(`data: ${progress('"p"', 1)}\n\n`)
    const ended = await call('{}', { envelope: { meta } })
    expect(await collect(ended)).toHaveLength(1)
    expect(ended.kind === 'stream' && (await ended.ended)).toMatchObject({
      facts: { class: 'unclear' },
      refusal: { refused: 'call.connection_lost' },
    })
    target.script = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write(`data: ${progress('"p"', 1)}\n\n`, () => res.destroy())
    }
    const broken = await call('{}', { envelope: { meta } })
    await collect(broken)
    expect(broken.kind === 'stream' && (await broken.ended)).toMatchObject({
      facts: { class: 'unclear' },
    })
  })

  it('M-21: a line without data over 64 KiB, an event over 1 MiB, an endless stream', async () => {
    await connector.close()
    connector = connectTo(target.url, { resultBytes: 4_000_000 })
    target.script = events(`: ${'x'.repeat(70_000)}\n\n`)
    expect(refusal(await call())).toEqual(['call.result_too_large', 'unclear'])
    target.script = events(`data: ${' '.repeat(60_000)}\n`.repeat(20))
    expect(refusal(await call())).toEqual(['call.result_too_large', 'unclear'])
    target.script = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      const timer = setInterval(() => res.write(': comment\n\n'.repeat(5_000)), 1)
      res.on('close', () => clearInterval(timer))
    }
    expect(refusal(await call())).toEqual(['call.result_too_large', 'unclear'])
  })

  it('back-pressure: a consumer that does not pull pauses the target', async () => {
    await connector.close()
    connector = connectTo(target.url, { resultBytes: 100_000_000 })
    const event = `data: ${progress('"p"', 1).replace('"progress":1', `"message":"${'x'.repeat(60_000)}"`)}\n\n`
    let written = 0
    target.script = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      const more = (): void => {
        while (written < 400) {
          written += 1
          if (!res.write(event)) return void res.once('drain', more)
        }
        res.end(`data: ${OK}\n\n`)
      }
      more()
    }
    const outcome = await call('{}', { envelope: { meta } })
    let before = -1
    while (before !== written) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 400))
    }
    expect(written).toBeLessThan(400)
    expect(await collect(outcome)).toHaveLength(401)
  })

  it('F-27: a consumer that stops pulling ends the call at the target', async () => {
    target.script = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write(`data: ${progress('"p"', 1)}\n\n`)
    }
    const outcome = await call('{}', { envelope: { meta } })
    if (outcome.kind !== 'stream') throw new Error('a stream was expected')
    for await (const _message of outcome.messages) break
    expect(await outcome.ended).toMatchObject({ facts: { class: 'cancelled' } })
    await expect.poll(() => target.closedEarly).toBe(1)
  })
})
