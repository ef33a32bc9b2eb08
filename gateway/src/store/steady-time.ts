// The time by which rows may be deleted: the earlier of the wall clock and the time that has really passed
// since the store was opened. A wall clock that jumps ahead then deletes nothing that is needed again when
// it is set back (attacks D-13, promises F-26); one that jumps back only delays, and caps bound that.
import type { Clock } from '../system/clock.ts'

export type SteadyTime = { readonly sweepMs: () => number }

export function createSteadyTime(clock: Clock): SteadyTime {
  const openedWallMs = clock.wallMs()
  const openedMonotonicMs = clock.monotonicMs()
  return {
    sweepMs: () => Math.min(clock.wallMs(), openedWallMs + clock.monotonicMs() - openedMonotonicMs),
  }
}
