// The system's clock, ahead by as much as a test says: wall and monotonic time together.
import { systemClock, type Clock } from '@sallyport/gateway/system/clock.ts'

export type MovableClock = Clock & { readonly advance: (seconds: number) => void }

export function createMovableClock(): MovableClock {
  let aheadMs = 0
  return {
    wallMs: () => systemClock.wallMs() + aheadMs,
    monotonicMs: () => systemClock.monotonicMs() + aheadMs,
    advance: (seconds) => {
      aheadMs += seconds * 1000
    },
  }
}
