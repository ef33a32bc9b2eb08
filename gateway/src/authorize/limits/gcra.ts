// The generic cell rate algorithm (ITU-T I.371, Annex A): one number per key, the theoretical time of arrival of the
// next call. At most `burst` calls at once, `perMinute` in the long run, and in no window more than their sum.
// Memory is bounded: a key whose budget is whole again is as good as unknown and is forgotten. Where a flood leaves
// none of those, new keys share places that are never more generous than one of their own (attacks D-08).
//
// Times are whole ticks: a millisecond has `perMinute` of them and a call costs 60,000, so that nothing is rounded.

import { hash } from 'node:crypto'

export type Rate = {
  /** In the long run. */
  readonly perMinute: number
  /** At once, by whoever has been quiet. */
  readonly burst: number
}

export type Buckets = {
  /** Takes one call out of the budget of `key`; 0, or the milliseconds after which one would pass. */
  readonly take: (key: string, nowMs: number) => number
  /** Keys that are remembered. */
  readonly size: () => number
}

export type BucketsSettings = {
  readonly rate: Rate
  /** Random, so that nobody can choose with whom they share a place. */
  readonly seed: string
  readonly mostKeys?: number
}

const CALL = 60_000
const MOST_KEYS = 100_000
const SHARED_PLACES = 1024
/** Keys looked at for each new one: a table is cleaned faster than it is filled. */
const LOOK_AT = 4

type Cell = { at: number }

/** `nowMs`: of a clock that never goes back, the same at every call. */
export function createBuckets({ rate, seed, mostKeys = MOST_KEYS }: BucketsSettings): Buckets {
  const { perMinute, burst } = rate
  const tolerance = (burst - 1) * CALL
  const cells = new Map<string, Cell>()
  let oldest = cells.entries()
  let shared: Float64Array | undefined

  /** Forgets some whose budget is whole: they are looked at in turn, whoever calls. */
  function clean(now: number): void {
    for (let left = LOOK_AT; left > 0; left -= 1) {
      const next = oldest.next()
      if (next.done) {
        oldest = cells.entries()
        return
      }
      if (next.value[1].at <= now) cells.delete(next.value[0])
    }
  }

  function takeNew(key: string, now: number): number {
    clean(now)
    const full = cells.size >= mostKeys
    if (full) shared ??= new Float64Array(SHARED_PLACES)
    const place = shared === undefined ? 0 : placeOf(key, seed)
    // Whoever had to share goes on with what was taken there: a place of one's own is no fresh budget.
    const at = shared?.[place] ?? 0
    const wait = waitAt(at, now)
    if (wait > 0) return wait
    const next = Math.max(at, now) + CALL
    if (full && shared !== undefined) shared[place] = next
    else cells.set(key, { at: next })
    return 0
  }

  function waitAt(at: number, now: number): number {
    const early = at - tolerance - now
    return early <= 0 ? 0 : Math.ceil(early / perMinute)
  }

  return {
    take(key, nowMs) {
      const now = Math.floor(nowMs) * perMinute
      const cell = cells.get(key)
      if (cell === undefined) return takeNew(key, now)
      const wait = waitAt(cell.at, now)
      if (wait === 0) cell.at = Math.max(cell.at, now) + CALL
      return wait
    },
    size: () => cells.size,
  }
}

function placeOf(key: string, seed: string): number {
  return hash('sha256', seed + key, 'buffer').readUInt16LE(0) % SHARED_PLACES
}
