// D-12: large results for a hundred people at once, who wait before they read. The resident memory of the process is read
// all the while; then all of them read, and every answer is there to its last byte.
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { rawRequest } from '../support/raw.ts'
import { metric } from './operations.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'

const MIB = 1024 * 1024
const BYTES = 9 * MIB
const MORE_MIB = 300
const UNREAD_MS = 5_000
const PATIENCE_MS = 120_000

export const promise: PromiseScript = {
  id: 'D-12',
  title: 'large results for many at once',
  run: ({ short }) =>
    inProcessWorld(
      {
        target: { behaviour: { answer: 'oversize', bytes: BYTES } },
        targetSettings: 'timeouts: { totalMs: 300000 }',
      },
      (world) => many(world, short ? 40 : 100),
    ),
}

async function many(world: ProcessWorld, count: number): Promise<readonly Finding[]> {
  const { operationsPort } = await world.start()
  const resident = async (): Promise<number> =>
    ((await metric(operationsPort, 'process_resident_memory_bytes')) ?? Number.NaN) / MIB
  await people(world, 2).wait()
  const base = await resident()
  let most = 0
  const ending = new AbortController()
  const watching = (async () => {
    while (!ending.signal.aborted) {
      most = Math.max(most, await resident())
      await wait(100)
    }
  })()
  const all = people(world, count)
  await wait(UNREAD_MS)
  const whole = await all.wait()
  ending.abort()
  await watching
  return [
    {
      what: `${count} answers of ${BYTES / MIB} MiB at once, unread for ${UNREAD_MS / 1000} s`,
      seen: `resident memory ${most.toFixed(0)} MiB against ${base.toFixed(0)} MiB before`,
      promised: `≤ + ${MORE_MIB} MiB`,
      kept: most - base <= MORE_MIB,
    },
    {
      what: 'the answers',
      seen: `${whole} of ${count} came whole`,
      promised: 'all',
      kept: whole === count,
    },
  ]
}

/** They ask at once, and read when they are waited for; resolves with how many had the whole answer. */
function people(world: ProcessWorld, count: number): { readonly wait: () => Promise<number> } {
  const sockets = Array.from({ length: count }, (_, n) => {
    const { headers, body } = modernRequest({
      method: 'tools/call',
      params: { name: 'echo', arguments: {} },
      token: world.token({ claims: { sub: `person-${n}` } }),
    })
    const named = [['Host', `127.0.0.1:${world.port}`] as const, ...Object.entries(headers)]
    const socket = connect(world.port, '127.0.0.1').pause()
    socket.on('error', () => undefined)
    socket.write(rawRequest({ path: '/mcp/records', headers: named, body }))
    return socket
  })
  return {
    async wait() {
      const untilMs = performance.now() + PATIENCE_MS
      for (const socket of sockets) socket.on('data', () => undefined).resume()
      const whole = () => sockets.filter(({ bytesRead }) => bytesRead > BYTES).length
      while (whole() < count && performance.now() < untilMs) await wait(100)
      for (const socket of sockets) socket.destroy()
      return whole()
    },
  }
}
