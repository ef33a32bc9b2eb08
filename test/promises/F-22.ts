// F-22: overload. What the target can do (its places times its speed) is the capacity; three times as many calls come in
// an open loop, which waits for no answer. What is answered well is compared with the most that could be; then the load
// falls to a third of it, and the time is taken until calls are answered as before.
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import { isGood, keptAlive, openLoop, percentile, type Ended } from './kept-alive.ts'
import type { Finding, PromiseScript } from './promise.ts'

const PLACES = 8
const DELAY_MS = 100
/** An answer that comes later is of no use to whoever asked. */
const OF_USE_MS = 2_000
const CAPACITY = (PLACES * 1000) / DELAY_MS
const OVER = 3
const GOODPUT = 0.8
const RECOVERY_MS = 10_000
const SLICE_MS = 1_000
/** Of the calls of one second, for it to count as one like before. */
const USUAL_SHARE = 0.95

export const promise: PromiseScript = {
  id: 'F-22',
  title: 'overload',
  run: async (options) => findingsOf(await measureOverload(options)),
}

/** Rates are good answers a second. */
export type Overload = {
  readonly forMs: number
  readonly capacity: number
  readonly lookedMs: number
  readonly most: number
  readonly during: number
  readonly refused: number
  /** Of those, with a word when to come again. */
  readonly hinted: number
  /** `undefined`: not within the time. */
  readonly backMs: number | undefined
}

export function measureOverload({ short }: { readonly short: boolean }): Promise<Overload> {
  return inProcessWorld(
    {
      targetSettings: `bulkhead: { calls: ${PLACES}, waiting: ${PLACES}, waitMs: 500 }`,
      // One host makes all the load: what may come of one address is another promise (D-01).
      yaml: 'limits: { connections: 5000, connectionsPerAddress: 5000 }',
    },
    async (world) => {
      await world.start()
      world.target.behave({ beforeHeadMs: DELAY_MS, places: PLACES })
      return await overload(world, short ? 6_000 : 30_000)
    },
  )
}

async function overload(world: ProcessWorld, forMs: number): Promise<Overload> {
  const { call, close } = keptAlive(world, 'records', { sockets: 4_000 })
  // As many callers as places: no more can be had of this target on this machine.
  await openLoop(() => call(), { perSecond: CAPACITY / 2, forMs: 2_000 })
  const most = goodput(await openLoop(() => call(), { perSecond: CAPACITY, forMs }), forMs)
  const quiet = await openLoop(() => call(), { perSecond: CAPACITY / OVER, forMs })

  const over = await openLoop(() => call(), { perSecond: CAPACITY * OVER, forMs })
  const after = await openLoop(() => call(), {
    perSecond: CAPACITY / OVER,
    forMs: RECOVERY_MS + 5_000,
  })
  close()
  const refused = over.filter((ended) => !isGood(ended))
  const hinted = refused.filter(
    ({ status, code }) => code === 'call.target_busy' || status === 503 || status === 429,
  )
  return {
    forMs,
    capacity: CAPACITY,
    lookedMs: RECOVERY_MS + 5_000,
    most,
    during: goodput(over, forMs),
    refused: refused.length,
    hinted: hinted.length,
    backMs: recovered(quiet, after),
  }
}

function findingsOf(seen: Overload): readonly Finding[] {
  const { forMs, most, during, refused, hinted, backMs } = seen
  return [
    {
      what: `${OVER} × capacity (${PLACES} places, ${DELAY_MS} ms: ${CAPACITY}/s) for ${forMs / 1000} s`,
      seen: `${during.toFixed(0)} good answers a second, ${((100 * during) / most).toFixed(0)} % of the most (${most.toFixed(0)}); ${hinted} of ${refused} refusals say when to come back`,
      promised: '≥ 80 % of the most; refusals with a hint',
      kept: during >= most * GOODPUT && hinted >= refused * 0.99,
    },
    {
      what: 'after it',
      seen:
        backMs === undefined ? 'not as before' : `as before after ${(backMs / 1000).toFixed(0)} s`,
      promised: `≤ ${RECOVERY_MS / 1000} s`,
      kept: backMs !== undefined && backMs <= RECOVERY_MS,
    },
  ]
}

const isOfUse = (ended: Ended): boolean => isGood(ended) && ended.tookMs <= OF_USE_MS

function goodput(ended: readonly Ended[], forMs: number): number {
  return ended.filter(isOfUse).length / (forMs / 1000)
}

/** The end of the last second in which something failed or was slow. */
function recovered(before: readonly Ended[], after: readonly Ended[]): number | undefined {
  const [first] = after
  if (first === undefined) return undefined
  const usual = percentile(before, 0.99) * 2
  let back = 0
  for (let at = 0; at < RECOVERY_MS + 5_000; at += SLICE_MS) {
    const slice = after.filter(({ startedMs }) => {
      const since = startedMs - first.startedMs
      return since >= at && since < at + SLICE_MS
    })
    const good = slice.filter(isOfUse).length
    if (good < slice.length * USUAL_SHARE || percentile(slice, 0.5) > usual) back = at + SLICE_MS
  }
  return back > RECOVERY_MS ? undefined : back
}
