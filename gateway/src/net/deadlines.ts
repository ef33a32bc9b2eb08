// Coarse deadlines for many exchanges on one timer: they may come up to one tick late, and cost a map entry
// each instead of a timer of their own (performance.md §3).
import type { Clock } from '../system/clock.ts'

export type Deadlines = {
  /** Calls `expired` once, `afterMs` from now or up to one tick later. Returns what calls it off. */
  readonly start: (afterMs: number, expired: () => void) => () => void
  readonly close: () => void
}

type Entry = { readonly dueMs: number; readonly expired: () => void }

const TICK_MS = 100

export function createDeadlines(clock: Clock): Deadlines {
  // One queue per duration, each in order of its due times because time does not go back.
  const queues = new Map<number, Set<Entry>>()
  let ticking: NodeJS.Timeout | undefined

  function tick(): void {
    const now = clock.monotonicMs()
    for (const [afterMs, queue] of queues) {
      for (const entry of queue) {
        if (entry.dueMs > now) break
        queue.delete(entry)
        entry.expired()
      }
      if (queue.size === 0) queues.delete(afterMs)
    }
    if (queues.size === 0) close()
  }

  function close(): void {
    clearInterval(ticking)
    ticking = undefined
    queues.clear()
  }

  return {
    start(afterMs, expired) {
      ticking ??= setInterval(tick, TICK_MS).unref()
      const entry: Entry = { dueMs: clock.monotonicMs() + afterMs, expired }
      let queue = queues.get(afterMs)
      if (queue === undefined) {
        queue = new Set()
        queues.set(afterMs, queue)
      }
      queue.add(entry)
      return () => void queue.delete(entry)
    },
    close,
  }
}
