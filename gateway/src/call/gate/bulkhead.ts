// So many calls at a target and no more (promises §5): whoever comes above that waits in order, not longer than a
// deadline and not more than so many. What one target holds up ends here, and no other target knows of it.
import type { Deadlines } from '../../net/deadlines.ts'
import type { BulkheadSettings } from './settings.ts'

/** `full`: as many wait as may. `late`: the deadline has passed. `gone`: the caller left, or was sent away. */
export type Turned = 'full' | 'late' | 'gone'

export type Bulkhead = {
  /** `in`: there is a place, to be given back by `leave`. */
  readonly enter: (
    settings: BulkheadSettings,
    signal: AbortSignal,
  ) => 'in' | 'full' | Promise<'in' | Turned>
  readonly leave: () => void
  /** Sends away whoever waits. */
  readonly clear: () => void
  readonly inside: () => number
  readonly waiting: () => number
}

type Waiting = {
  readonly settings: BulkheadSettings
  readonly settle: (turn: 'in' | Turned) => void
}

export function createBulkhead(deadlines: Deadlines): Bulkhead {
  const queue = new Set<Waiting>()
  let inside = 0

  function wait(settings: BulkheadSettings, signal: AbortSignal): Promise<'in' | Turned> {
    return new Promise((resolve) => {
      const leave = (): void => waiting.settle('gone')
      const stop = deadlines.start(settings.waitMs, () => waiting.settle('late'))
      const waiting: Waiting = {
        settings,
        settle(turn) {
          if (!queue.delete(waiting)) return
          stop()
          signal.removeEventListener('abort', leave)
          resolve(turn)
        },
      }
      queue.add(waiting)
      if (signal.aborted) leave()
      else signal.addEventListener('abort', leave)
    })
  }

  return {
    enter(settings, signal) {
      if (inside < settings.calls && queue.size === 0) {
        inside += 1
        return 'in'
      }
      return queue.size >= settings.waiting ? 'full' : wait(settings, signal)
    },
    leave() {
      inside -= 1
      for (const waiting of queue) {
        if (inside >= waiting.settings.calls) break
        inside += 1
        waiting.settle('in')
      }
    },
    clear() {
      for (const waiting of queue) waiting.settle('gone')
    },
    inside: () => inside,
    waiting: () => queue.size,
  }
}
