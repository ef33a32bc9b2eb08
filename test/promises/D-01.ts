// D-01: clients that are slow on purpose. As many connections as `slowhttptest -c 1000` opens, from several addresses:
// with headers that drip, bodies that drip, and answers that nobody reads. Good callers go on all the while.
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { rawRequest } from '../support/raw.ts'
import { inFaultWorld, type FaultWorld } from './fault-world.ts'
import { isGood, keptAlive, openLoop, percentile } from './kept-alive.ts'
import { metric } from './operations.ts'
import type { ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'

const ADDRESSES = 4
const SETTLED_MS = 6_000
/** Before the first of them is cut off. */
const HELD_MS = 3_500
const DRIP_MS = 1_000
/** Of those that came. */
const LEFT = 0.1
const WITHIN_MS = 60_000
const PER_SECOND = 40
const ALLOWED = 2
const ANSWER_BYTES = 9 * 1024 * 1024
const SETTINGS = {
  yaml: 'limits: { connections: 2000, unreadMs: 15000 }',
  flakySettings: 'timeouts: { totalMs: 20000 }',
}

type Attack = 'headers' | 'body' | 'reading'
type Rank = { readonly share: number; readonly name: string }
const P99: Rank = { share: 0.99, name: 'p99' }
/** In the short form, beside other work, one hiccup of the machine is the 99th of so few calls. */
const MEDIAN: Rank = { share: 0.5, name: 'median' }

export const promise: PromiseScript = {
  id: 'D-01',
  title: 'clients are slow on purpose',
  run: async ({ short }) => {
    const count = short ? 400 : 1000
    const findings: Finding[] = []
    for (const [attack, clients] of [
      ['headers', count],
      ['body', count],
      // These have a token, and cost an answer each.
      ['reading', count / 20],
    ] as const) {
      findings.push(
        await inFaultWorld(SETTINGS, (world) =>
          endure(world, attack, clients, short ? MEDIAN : P99),
        ),
      )
    }
    return findings
  },
}

async function endure(
  { world, flaky }: FaultWorld,
  attack: Attack,
  count: number,
  { share, name }: Rank,
): Promise<Finding> {
  const { operationsPort } = await world.start()
  flaky.behave({ answer: 'oversize', bytes: ANSWER_BYTES })
  const { call, close } = keptAlive(world, 'records', { sockets: 8 })
  const load = { perSecond: PER_SECOND, forMs: 5_000 }
  await openLoop(() => call(), load)
  const base = [await openLoop(() => call(), load), await openLoop(() => call(), load)]
  const sockets = Array.from({ length: count }, (_, n) => openSlow(world, attack, n))
  const startedMs = performance.now()
  // What is measured is what they cost while they are there, not that so many come in one moment.
  await wait(SETTLED_MS)
  const during = await openLoop(() => call(), { ...load, forMs: HELD_MS })
  // Whoever does not read does not learn that the connection is closed: the gateway says what it still holds.
  const left = async (): Promise<number> =>
    attack === 'reading'
      ? ((await metric(operationsPort, 'sallyport_requests_under_way')) ?? Number.NaN)
      : sockets.filter(({ destroyed }) => !destroyed).length
  while ((await left()) >= LEFT * count && performance.now() - startedMs < WITHIN_MS)
    await wait(200)
  const tookMs = performance.now() - startedMs
  const held = await left()
  for (const socket of sockets) socket.destroy()
  close()
  const failed = during.filter((ended) => !isGood(ended)).length
  const each = base.map((block) => percentile(block, share))
  const usual = percentile(base.flat(), share)
  const noise = Math.max(...each) / Math.min(...each)
  const ratio = percentile(during, share) / usual
  return {
    what: `${count} clients with slow ${attack}`,
    seen: `${failed} of ${during.length} good calls failed, ${name} ${percentile(during, share).toFixed(1)} ms against ${usual.toFixed(1)} ms (× ${ratio.toFixed(2)}; blocks that are alike differ by × ${noise.toFixed(2)}); ${held} are held after ${(tookMs / 1000).toFixed(0)} s`,
    promised: `0; < ${ALLOWED} ×, or what blocks that are alike differ by; fewer than one in ten within ${WITHIN_MS / 1000} s`,
    kept: failed === 0 && ratio < Math.max(ALLOWED, noise) && held < LEFT * count,
  }
}

function openSlow(world: ProcessWorld, attack: Attack, n: number): Socket {
  const socket = connect({
    port: world.port,
    host: '127.0.0.1',
    localAddress: `127.0.1.${1 + (n % ADDRESSES)}`,
  })
  socket.on('error', () => undefined)
  const head = `POST /mcp/records HTTP/1.1\r\nHost: 127.0.0.1:${world.port}\r\n`
  if (attack === 'reading') {
    socket.pause()
    socket.write(largeCall(world, n))
  } else {
    socket.resume()
    socket.write(attack === 'headers' ? head : `${head}Content-Length: 100000\r\n\r\n`)
    drip(socket, attack === 'headers' ? 'X-Slow: 1\r\n' : ' ')
  }
  return socket
}

/** The answer is more than the kernel keeps for a client that does not read. */
function largeCall(world: ProcessWorld, n: number): Buffer {
  const { headers, body } = modernRequest({
    method: 'tools/call',
    params: { name: 'echo', arguments: {} },
    token: world.token({
      resource: world.resource('flaky'),
      claims: { sub: `reader-${n}` },
    }),
  })
  const named = [['Host', `127.0.0.1:${world.port}`] as const, ...Object.entries(headers)]
  return rawRequest({ path: '/mcp/flaky', headers: named, body })
}

function drip(socket: Socket, piece: string): void {
  let timer: NodeJS.Timeout | undefined
  const next = (afterMs: number): void => {
    timer = setTimeout(() => {
      if (socket.writable) socket.write(piece)
      next(DRIP_MS)
    }, afterMs)
  }
  next(Math.random() * DRIP_MS)
  socket.once('close', () => clearTimeout(timer))
}
