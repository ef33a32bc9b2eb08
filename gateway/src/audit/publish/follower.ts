// Somebody who follows a log at a pace of their own: steps until nothing is left, again when there is more, and later
// where a step failed. Each has its own loop, so that none waits for another.
import type { Clock } from '../../system/clock.ts'

export type Follower = {
  /** There may be more to do. `now`: also where a failure was a moment ago. */
  readonly kick: (now?: 'now') => void
  /** Resolves when nothing is under way: all was done, or a step failed. */
  readonly settled: () => Promise<void>
  /** Why the last step failed. */
  readonly failing: () => string | undefined
  readonly stop: () => void
}

export type FollowerParts = {
  readonly clock: Clock
  /** True: there may be more. Rejects in words. */
  readonly step: () => Promise<boolean>
  /** Hears when it begins to fail, and when it works again (`undefined`). */
  readonly onChange: (failing: string | undefined) => void
}

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 30_000

export function createFollower({ clock, step, onChange }: FollowerParts): Follower {
  let failing: string | undefined
  let pauseMs = FIRST_PAUSE_MS
  let notBeforeMs = 0
  let running: Promise<void> | undefined
  let again = false
  let stopped = false

  const change = (next: string | undefined): void => {
    const before = failing
    failing = next
    if ((before === undefined) !== (next === undefined)) onChange(next)
  }
  const stepAll = async (): Promise<void> => {
    again = false
    const more = await step()
    if ((more || again) && !stopped) await stepAll()
  }
  const run = async (): Promise<void> => {
    try {
      await stepAll()
      pauseMs = FIRST_PAUSE_MS
      change(undefined)
    } catch (error) {
      notBeforeMs = clock.monotonicMs() + pauseMs
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
      change(error instanceof Error ? error.message : 'unknown failure')
    }
  }

  return {
    kick: (now) => {
      again = true
      if (stopped || (now === undefined && clock.monotonicMs() < notBeforeMs)) return
      running ??= run().finally(() => {
        running = undefined
      })
    },
    settled: async () => running,
    failing: () => failing,
    stop: () => {
      stopped = true
    },
  }
}
