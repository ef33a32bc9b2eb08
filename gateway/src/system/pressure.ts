// How hard this process is pressed (promises §5): how late the loop is, and how much of its memory is taken. Looked at
// from a timer of its own, so that asking costs nothing; a request that comes under pressure is refused before anything
// is read of it.
import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import type { Clock } from './clock.ts'

export type PressureSettings = {
  /** Of a hundred turns of the loop one may be later than this. */
  readonly loopDelayMs: number
  /** Of the limit of the process. */
  readonly memoryPercent: number
  /** Absent: what the container may have, or else the machine has. */
  readonly memoryBytes?: number | undefined
}

export type Memory = { readonly usedBytes: number; readonly limitBytes: number }

export type Pressure = {
  /** Why this request is refused; `undefined`: it is not. */
  readonly sheds: () => PressureReason | undefined
  /** The share of requests that is refused now, 0 to 1. */
  readonly share: () => number
  readonly close: () => void
}

export type PressureReason = 'loop' | 'memory'

export type PressureParts = {
  readonly clock: Clock
  /** Both kinds of limit that end a process: of all memory, and of the heap. */
  readonly memory?: (limitBytes: number | undefined) => readonly Memory[]
}

const LOOK_MS = 20
const JUDGE_MS = 500
const LATE_SHARE = 0.01
/** Up quickly and down slowly, in steps: all or nothing would swing between the two. */
const UP = 0.2
const DOWN = 0.1

export function createPressure(
  settings: () => PressureSettings,
  { clock, memory = readMemory }: PressureParts,
): Pressure {
  let expectedMs = clock.monotonicMs() + LOOK_MS
  let judgedMs = clock.monotonicMs()
  let looks = 0
  let late = 0
  let share = 0
  let memoryIsShort = false
  let debt = 0

  function look(): void {
    const now = clock.monotonicMs()
    const { loopDelayMs, memoryPercent, memoryBytes } = settings()
    looks += 1
    if (now - expectedMs > loopDelayMs) late += 1
    expectedMs = now + LOOK_MS
    // After a stop of the whole process there is one late turn, and nothing to be judged by.
    if (now - judgedMs < JUDGE_MS || looks < 2) return
    judgedMs = now
    // One long turn among good ones is a hiccup.
    const slow = late > 1 && late > looks * LATE_SHARE
    looks = 0
    late = 0
    share = slow ? Math.min(1, share + UP) : Math.max(0, share - DOWN)
    memoryIsShort = memory(memoryBytes).some(
      ({ usedBytes, limitBytes }) => usedBytes > (limitBytes * memoryPercent) / 100,
    )
  }

  const timer = setInterval(look, LOOK_MS).unref()
  return {
    sheds() {
      if (memoryIsShort) return 'memory'
      if (share === 0) return undefined
      debt += share
      if (debt < 1) return undefined
      debt -= 1
      return 'loop'
    },
    share: () => (memoryIsShort ? 1 : share),
    close: () => clearInterval(timer),
  }
}

function readMemory(limitBytes = containerLimit()): readonly Memory[] {
  const { used_heap_size: heap, heap_size_limit: heapLimit } = getHeapStatistics()
  return [
    { usedBytes: process.memoryUsage.rss(), limitBytes },
    { usedBytes: heap, limitBytes: heapLimit },
  ]
}

/** Node says more than there is where no container limits it. */
function containerLimit(): number {
  return Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem())
}
