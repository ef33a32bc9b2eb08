// The end of a process, in order (promises §3): unready at once, serve on until balancers and clients have noticed, stop
// accepting, let calls finish, cancel what is left. Where another process has taken its place, that one has the new
// connections from the first moment on. Closing parts and flushing the log come after it.
import { setTimeout as wait } from 'node:timers/promises'
import type { OpenStreams } from './call/open-streams.ts'
import type { InboundServer } from './in/server.ts'
import type { Health } from './observe/health.ts'
import type { Log } from './observe/log.ts'

const SERVE_ON_MS = 5_000
const FINISH_MS = 110_000
const LOOK_MS = 20
/** In which streams that people only listen to are closed. */
const SPREAD_MS = 30_000

/** What is given up at once where there is one. */
export type Successor = { readonly closeOperations: () => Promise<void> }

export async function drain(
  parts: {
    readonly health: Health
    readonly listener: InboundServer
    readonly streams: OpenStreams
    readonly log: Log
    readonly successor?: Successor | undefined
  },
  { serveOnMs = SERVE_ON_MS, finishMs = FINISH_MS }: { serveOnMs?: number; finishMs?: number } = {},
): Promise<void> {
  const { health, listener, streams, log, successor } = parts
  health.drain()
  log.info({ underWay: listener.underWay() }, 'draining')
  listener.lastAnswers()
  if (successor !== undefined) {
    listener.stopListening()
    await successor.closeOperations()
  }
  const nobodyListens = endListening(streams, Math.min(SPREAD_MS, finishMs))
  await wait(serveOnMs)
  listener.stopAccepting()
  await nobodyListens
  for (let waitedMs = 0; listener.underWay() > 0 && waitedMs < finishMs; waitedMs += LOOK_MS) {
    await wait(LOOK_MS)
  }
  const cut = streams.endWhere(() => true)
  if (listener.underWay() > 0)
    log.warn({ cut, underWay: listener.underWay() }, 'calls are cut short')
  listener.close()
  // What was cut records its outcome in the turns that follow.
  for (let look = 0; listener.underWay() > 0 && look < 50; look++) await wait(LOOK_MS)
}

/** Whoever only listens comes again elsewhere: one after the other, and not all at one moment. */
async function endListening(streams: OpenStreams, overMs: number): Promise<void> {
  const steps = Math.ceil(overMs / LOOK_MS)
  for (let step = 0; step < steps && streams.listening() > 0; step += 1) {
    let due = Math.ceil(streams.listening() / (steps - step))
    streams.endWhere(({ permit }) => permit === undefined && due-- > 0)
    await wait(LOOK_MS)
  }
  streams.endWhere(({ permit }) => permit === undefined)
}
