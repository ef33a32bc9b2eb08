import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connector } from '../../src/call/connector.ts'
import type { Outcome } from '../../src/call/outcome.ts'
import type { Credential } from '../../src/credential/credential.ts'
import { connectTo, envelope, json, NONE, permitFor, startTarget } from './scripted-target.ts'
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

describe('what can go wrong on the way', () => {
  it('nobody listens: unavailable, and the target did not act', async () => {
    const gone = await startTarget(json(OK))
    await gone.close()
    await connector.close()
    connector = connectTo(gone.url)
    expect(refusal(await call())).toEqual(['call.target_unavailable', 'refused_by_target'])
  })

  it('H-11: plain http and private addresses need the relaxation; no connection is opened', async () => {
    await connector.close()
    connector = connectTo(target.url, { allowInsecureTarget: false })
    expect(refusal(await call())).toEqual(['call.target_unavailable', 'refused_by_target'])
    await connector.close()
    connector = connectTo(target.url.replace('http:', 'https:'), { allowInsecureTarget: false })
    expect(refusal(await call())).toEqual(['call.target_unavailable', 'refused_by_target'])
    expect(target.connections).toBe(0)
  })

  it('promises §4: a reset after the request was sent is unclear, and nothing is sent again', async () => {
    target.script = (_req, res) => void res.destroy()
    expect(refusal(await call())).toEqual(['call.connection_lost', 'unclear'])
    target.script = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': OK.length })
      res.write(OK.slice(0, 10), () => res.destroy())
    }
    expect(refusal(await call())).toEqual(['call.connection_lost', 'unclear'])
    expect(target.received).toHaveLength(2)
  })

  it('H-07: an answer that is no HTTP is call.target_invalid', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nbad\u0000header\r\n\r\n'))
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    await connector.close()
    connector = connectTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
    expect(refusal(await call())).toEqual(['call.target_invalid', 'unclear'])
    await new Promise((resolve) => server.close(resolve))
  })

  it('F-09: silence, a stall and a drip end as call.target_timeout', async () => {
    await connector.close()
    connector = connectTo(target.url, { timeouts: { firstByteMs: 100, idleMs: 10_000 } })
    target.script = () => undefined
    expect(refusal(await call())).toEqual(['call.target_timeout', 'timeout'])
    await connector.close()
    connector = connectTo(target.url, { timeouts: { idleMs: 100 } })
    target.script = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' })
      res.write(' ')
    }
    expect(refusal(await call())).toEqual(['call.target_timeout', 'timeout'])
    await connector.close()
    connector = connectTo(target.url, { timeouts: { totalMs: 200 } })
    target.script = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => res.write(' '), 20)
      res.on('close', () => clearInterval(timer))
    }
    expect(refusal(await call())).toEqual(['call.target_timeout', 'timeout'])
    await expect.poll(() => target.closedEarly).toBe(3)
  })

  it('F-27: a call that is cancelled before the connection stands is never sent', async () => {
    await connector.close()
    const client = new AbortController()
    let connect = (): void => undefined
    connector = connectTo(target.url.replace('127.0.0.1', 'acme.example'), {
      resolve: (_hostname, done) => {
        connect = () => done(null, [{ address: '127.0.0.1', family: 4 }])
        if (client.signal.aborted) connect()
        client.abort()
      },
    })
    const cancelled = call('{}', { signal: client.signal })
    expect(refusal(await cancelled)).toEqual(['call.cancelled', 'cancelled'])
    connect()
    await expect.poll(() => target.connections).toBe(1)
    expect((await call()).kind).toBe('result')
    expect(target.received).toHaveLength(1)
  })

  it('F-27: a client that goes away cancels at the target', async () => {
    const client = new AbortController()
    target.script = () => client.abort()
    expect(refusal(await call('{}', { signal: client.signal }))).toEqual([
      'call.cancelled',
      'cancelled',
    ])
    await expect.poll(() => target.closedEarly).toBe(1)
    expect(refusal(await call('{}', { signal: client.signal }))).toEqual([
      'call.cancelled',
      'cancelled',
    ])
    expect(target.received).toHaveLength(1)
  })
})
