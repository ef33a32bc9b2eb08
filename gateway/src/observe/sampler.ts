// Repetition of one kind is cut off after so many per second and counted, so that a flood of refusals fills no
// disk (D-14). The number of kinds is bounded as well: beyond it they share one.
import type { Clock } from '../system/clock.ts'

const MAX_KEYS = 1000

export type Sampler = {
  /** True where this one is to be written. */
  readonly take: (key: string) => boolean
  /** Keys and counts of what was cut off in windows that are over; each is returned once. */
  readonly drain: () => readonly { readonly key: string; readonly suppressed: number }[]
}

export function createSampler(clock: Clock, perSecond: number): Sampler {
  let windowEndMs = 0
  let window = new Map<string, number>()
  const over = new Map<string, number>()

  const roll = (): void => {
    const now = clock.monotonicMs()
    if (now < windowEndMs) return
    for (const [key, count] of window) {
      if (count > perSecond) over.set(key, (over.get(key) ?? 0) + count - perSecond)
    }
    window = new Map()
    windowEndMs = now + 1000
  }

  return {
    take(key) {
      roll()
      const known = window.has(key) || window.size < MAX_KEYS ? key : '(others)'
      const count = (window.get(known) ?? 0) + 1
      window.set(known, count)
      return count <= perSecond
    },
    drain() {
      roll()
      if (over.size === 0) return []
      const drained = [...over].map(([key, suppressed]) => ({ key, suppressed }))
      over.clear()
      return drained
    },
  }
}
