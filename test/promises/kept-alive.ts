// Calls on connections that are kept, as clients make them: one after the other by so many callers, or at a rate that
// does not wait for answers (an open loop). What is kept of a call is how long it took and how it ended.
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import type { ProcessWorld } from './process-world.ts'

export type Ended = {
  readonly startedMs: number
  readonly tookMs: number
  /** `undefined`: no whole answer came. */
  readonly status: number | undefined
  /** Code of a refusal. */
  readonly code: string | undefined
}

export type Callee = {
  readonly call: (args?: object, tool?: string) => Promise<Ended>
  readonly close: () => void
}

const CODE = /"code":"([a-z]+\.[a-z_]+)"/

/** `port`: of something in front of the gateway. */
export function keptAlive(
  world: ProcessWorld,
  target = 'records',
  { port = world.port, sockets = 256 }: { port?: number; sockets?: number } = {},
): Callee {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets, scheduling: 'fifo' })
  const token = world.token({ resource: world.resource(target) })
  return {
    call: (args = {}, tool = 'echo') => {
      const params = { name: tool, arguments: args }
      const { headers, body } = modernRequest({ method: 'tools/call', params, token })
      const startedMs = performance.now()
      return new Promise((resolve) => {
        const end = (status?: number, text = ''): void =>
          resolve({
            startedMs,
            tookMs: performance.now() - startedMs,
            status,
            code: CODE.exec(text)?.[1],
          })
        const sent = request(
          {
            agent,
            port,
            host: '127.0.0.1',
            path: `/mcp/${target}`,
            method: 'POST',
            headers: {
              ...headers,
              host: `127.0.0.1:${world.port}`,
              'content-length': Buffer.byteLength(body),
            },
          },
          (response) => {
            const chunks: Buffer[] = []
            response.on('data', (chunk: Buffer) => chunks.push(chunk))
            response.on('end', () => end(response.statusCode, Buffer.concat(chunks).toString()))
            response.on('error', () => end())
            response.on('aborted', () => end())
          },
        )
        sent.on('error', () => end())
        sent.end(body)
      })
    },
    close: () => agent.destroy(),
  }
}

/** So many callers, each one call after the other, for so long. */
export async function closedLoop(
  call: () => Promise<Ended>,
  { callers, forMs, pauseMs = 0 }: { callers: number; forMs: number; pauseMs?: number },
): Promise<readonly Ended[]> {
  const ended: Ended[] = []
  const untilMs = performance.now() + forMs
  const caller = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      ended.push(await call())
      if (pauseMs > 0) await wait(pauseMs)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return ended
}

/** So many calls a second, whether or not the ones before have been answered. */
export async function openLoop(
  call: () => Promise<Ended>,
  { perSecond, forMs }: { perSecond: number; forMs: number },
): Promise<readonly Ended[]> {
  const startedMs = performance.now()
  const calls: Promise<Ended>[] = []
  for (;;) {
    const elapsedMs = performance.now() - startedMs
    if (elapsedMs >= forMs) break
    while (calls.length < (elapsedMs / 1000) * perSecond) calls.push(call())
    await wait(5)
  }
  return await Promise.all(calls)
}

export const isGood = ({ status, code }: Ended): boolean => status === 200 && code === undefined

/** `share` 0.99: the time that one in a hundred exceeds. */
export function percentile(ended: readonly Ended[], share: number): number {
  const sorted = ended.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
