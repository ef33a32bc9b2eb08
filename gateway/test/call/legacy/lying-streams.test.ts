import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connector } from '../../../src/call/connector.ts'
import type { Outcome } from '../../../src/call/outcome.ts'
import type { Credential } from '../../../src/credential/credential.ts'
import { connectTo, envelope, NONE, permitFor, startTarget } from '../scripted-target.ts'
import { startOldestTarget, type OldestTarget, type Posted } from './oldest-target.ts'

const KEY: Credential = { ...NONE, id: 'key', kind: 'secret', header: 'x-key', value: 'k' }

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

/** A call with a credential that must reach nobody else. */
const call = (through = connector): Promise<Outcome> =>
  through.call(permitFor('{}'), KEY, envelope(), new AbortController().signal)

/** Code, class, and the reason for the log. */
function refusal(outcome: Outcome): [string, string, string] {
  if (outcome.kind !== 'refused') throw new Error(`a refusal was expected, not ${outcome.kind}`)
  return [outcome.refusal.refused, outcome.facts.class, outcome.refusal.reason ?? '']
}

describe('MCP 2024-11-05: a target that lies', () => {
  it.each([
    ['https://evil.example/messages', 'of another origin'],
    ['//127.0.0.1:1/messages', 'of another origin'],
    ['http://user:pass@HOST/messages', 'of another origin'],
    ['ftp://HOST/messages', 'of another origin'],
    ['data:text/plain,x', 'of another origin'],
    ['/a b', 'no URL'],
    [`/${'x'.repeat(3_000)}`, 'no URL'],
  ])('the endpoint %s is refused, and nothing is posted to it', async (endpoint, words) => {
    const elsewhere = await startTarget((_request, response) => response.writeHead(202).end())
    const { host } = new URL(target.url)
    target.greeting = () => `event: endpoint\ndata: ${endpoint.replace('HOST', host)}\n\n`
    const [code, outcome, reason] = refusal(await call())
    expect([code, outcome]).toEqual(['call.target_invalid', 'refused_by_target'])
    expect(reason).toContain(words)
    expect(target.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /mcp',
      'GET /mcp',
    ])
    expect(elsewhere.received).toEqual([])
    await vi.waitFor(() => expect(target.streams).toHaveLength(0))
    await elsewhere.close()
  })

  it('an endpoint at another server is not asked, whatever else is true of it', async () => {
    const elsewhere = await startTarget((_request, response) => response.writeHead(202).end())
    target.greeting = () => `event: endpoint\ndata: ${elsewhere.url}\n\n`
    expect(refusal(await call())[2]).toContain('of another origin')
    expect(elsewhere.connections).toBe(0)
    await elsewhere.close()
  })

  it('a second endpoint ends the session', async () => {
    target.call = (posted) => posted.write('event: endpoint\ndata: /messages?s=s9\n\n')
    expect(refusal(await call()).slice(0, 2)).toEqual(['call.target_invalid', 'unclear'])
    await vi.waitFor(() => expect(target.streams).toHaveLength(0))
  })

  it('a stream that begins with a message, or with none, is no session', async () => {
    target.greeting = () => 'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n'
    expect(refusal(await call())[2]).toContain('no endpoint event')
    target.greeting = () => ': nothing\n\n'
    const hasty = connectTo(target.url, { era: 'legacy', timeouts: { firstByteMs: 100 } })
    expect(refusal(await call(hasty))).toMatchObject([
      'call.target_timeout',
      'refused_by_target',
      'no endpoint event within 100 ms',
    ])
    await hasty.close()
    await vi.waitFor(() => expect(target.streams).toHaveLength(0))
  })

  it.each([
    ['without a line end', (posted: Posted) => posted.write(`data: ${'x'.repeat(1_100_000)}`)],
    [
      'of lines without end',
      (posted: Posted) => posted.write(`data: ${'x'.repeat(50_000)}\n`.repeat(25)),
    ],
  ])('M-21: an event %s ends the session', async (_name, lie) => {
    target.call = lie
    expect(refusal(await call()).slice(0, 2)).toEqual(['call.result_too_large', 'unclear'])
    await vi.waitFor(() => expect(target.streams).toHaveLength(0))
  })

  it('M-21: messages of a call without end are bounded like an answer', async () => {
    const small = connectTo(target.url, { era: 'legacy', resultBytes: 20_000 })
    target.call = ({ id, send }) => {
      const params = { progressToken: id, progress: 1, message: 'x'.repeat(1_000) }
      for (let n = 0; n < 30; n += 1) send({ method: 'notifications/progress', params })
    }
    expect(refusal(await call(small))[0]).toBe('call.result_too_large')
    await small.close()
  })

  it('what belongs to no request is bounded too', async () => {
    const small = connectTo(target.url, { era: 'legacy', resultBytes: 20_000 })
    target.call = (posted) => {
      const id = 'f'.repeat(32)
      for (let n = 0; n < 30; n += 1) posted.send({ id, result: { x: 'x'.repeat(1_000) } })
    }
    expect(refusal(await call(small)).slice(0, 2)).toEqual(['call.target_invalid', 'unclear'])
    await small.close()
  })

  it('what is no message ends the session', async () => {
    for (const lie of ['data: no json\n\n', 'data: []\n\n', 'data: {"jsonrpc":"2.0","id":1}\n\n']) {
      target.call = (posted) => posted.write(lie)
      expect(refusal(await call()).slice(0, 2)).toEqual(['call.target_invalid', 'unclear'])
    }
  })

  it('a redirect of the GET, or of a POST, is not followed', async () => {
    target.call = (posted) => posted.accept(307)
    expect(refusal(await call())[0]).toBe('call.target_invalid')
    const redirecting = await startTarget((request, response) =>
      request.method === 'GET'
        ? response.writeHead(302, { location: target.url }).end()
        : response.writeHead(405).end(),
    )
    const before = target.received.length
    const lost = connectTo(redirecting.url, { era: 'legacy' })
    expect(refusal(await call(lost))[0]).toBe('call.target_invalid')
    expect(target.received).toHaveLength(before)
    await lost.close()
    await redirecting.close()
  })

  it('a revision that is not known here is no session', async () => {
    target.opening = { protocolVersion: '2023-01-01', capabilities: {} }
    expect(refusal(await call())[2]).toContain('revision')
    await vi.waitFor(() => expect(target.streams).toHaveLength(0))
  })
})
