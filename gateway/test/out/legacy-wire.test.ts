import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Fault } from '../../src/fault.ts'
import { entryWire, legacyWire, writeBatch } from '../../src/out/legacy-wire.ts'
import { refuse } from '../../src/refusal.ts'
import { overTheWire } from './wire.ts'

const CONTEXT = { requestId: 'r', origin: undefined, rpcId: 1, method: 'tools/call' }
const NOBODY = undefined as unknown as ServerResponse
const note = Buffer.from('{"jsonrpc":"2.0","method":"notifications/progress"}')
const last = Buffer.from('{"jsonrpc":"2.0","id":1,"result":{}}')

describe('protocol §3: a client of the old era that leaves has not cancelled', () => {
  it('its stream is read to the end, and never told that it is over', async () => {
    const left = Promise.withResolvers<void>()
    const returned = vi.fn()
    const ended = vi.fn()
    async function* messages() {
      try {
        yield note
        await left.promise
        yield note
        yield last
        ended()
      } finally {
        if (ended.mock.calls.length === 0) returned()
      }
    }
    const written = Promise.withResolvers<string>()
    const server = createServer((_request, response) => {
      response.once('close', () => left.resolve())
      void legacyWire.stream(response, messages(), CONTEXT).then(written.resolve)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const asking = get({ host: '127.0.0.1', port, agent: false }, (response) => {
      response.on('error', () => undefined)
      response.once('data', () => asking.destroy())
    })
    asking.on('error', () => undefined)
    expect(await written.promise).toBe('client_gone')
    expect(ended).toHaveBeenCalledOnce()
    expect(returned).not.toHaveBeenCalled()
  })
})

describe('MCP 2025-03-26: entries of a batch', () => {
  it('say everything in one answer, errors and faults among it, and of a stream its end', async () => {
    const said: Buffer[] = []
    const wire = entryWire((response) => said.push(response))
    wire.own(NOBODY, { resultType: 'complete', tools: [] }, CONTEXT)
    wire.refusal(NOBODY, refuse('authorize.rate_limited'), CONTEXT)
    wire.fault(NOBODY, new Fault('store.unavailable', 'x'), { ...CONTEXT, rpcId: 3 })
    wire.accepted(NOBODY, CONTEXT)
    const stream = async function* () {
      yield note
      yield last
    }
    await wire.stream(NOBODY, stream(), CONTEXT)
    const answer = await overTheWire((res) => writeBatch(res, said, CONTEXT))
    expect(JSON.parse(answer.body)).toMatchObject([
      { id: 1, result: { tools: [] } },
      { id: 1, error: { code: -32_003 } },
      { id: 3, error: { code: -32_000 } },
      { id: 1, result: {} },
    ])
    expect(answer.body).not.toContain('resultType')
    expect(wire.carriesRequests).toBe(false)
  })

  it('say of a stream that broke that it did, and nothing of why', async () => {
    const said: Buffer[] = []
    const broken = async function* () {
      yield note
      await Promise.reject(new Error('broken'))
    }
    const wire = entryWire((response) => said.push(response))
    expect(await wire.stream(NOBODY, broken(), CONTEXT)).toBe('broken')
    expect(said.map(String)).toEqual([expect.stringContaining('"code":"gateway.internal"')])
    expect(String(said)).not.toContain('broken')
  })
})
