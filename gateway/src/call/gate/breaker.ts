// Whether something that fails is called at all (promises F-08, §4): closed until it fails five times in a row, or in
// half of at least twenty calls within ten seconds; then open, and every five seconds one call probes it. A good answer
// of a probe closes the breaker. What counts as a failure is the gate's to say (gate.ts).
import type { Clock } from '../../system/clock.ts'

/** `none`: the call says nothing about what was called, for its client left or it was never sent. */
export type Verdict = 'good' | 'bad' | 'none'

export type BreakerState = 'closed' | 'open' | 'half_open'

export type Breaker = {
  /** `undefined`: no call passes now. One that passes may be a probe. */
  readonly admit: () => Admission | undefined
  /** Milliseconds until one passes; 0: now. */
  readonly waitMs: () => number
  /** `half_open`: open, and the next call is a probe. */
  readonly state: () => BreakerState
  /** Failures since the last good answer. */
  readonly failures: () => number
}

/** Told once how the call that was let through ended; later ones are not heard. */
export type Admission = (verdict: Verdict) => void

const IN_A_ROW = 5
const SHARE = 0.5
const LEAST_CALLS = 20
const WINDOW_MS = 10_000
const SLICE_MS = 1_000
const PROBE_EVERY_MS = 5_000

export function createBreaker(clock: Clock): Breaker {
  let inARow = 0
  let slices: { readonly at: number; good: number; bad: number }[] = []
  /** When the next probe may go; `undefined`: closed. */
  let probeAtMs: number | undefined
  /** Counts openings and closings: a call that began before one says nothing about now. */
  let epoch = 0

  function turn(openUntilMs: number | undefined): void {
    probeAtMs = openUntilMs
    epoch += 1
    slices = []
    if (openUntilMs === undefined) inARow = 0
  }

  function count(verdict: 'good' | 'bad'): void {
    const at = Math.floor(clock.monotonicMs() / SLICE_MS)
    let last = slices.at(-1)
    if (last?.at !== at) {
      last = { at, good: 0, bad: 0 }
      slices = [...slices.filter((slice) => at - slice.at < WINDOW_MS / SLICE_MS), last]
    }
    last[verdict] += 1
    inARow = verdict === 'good' ? 0 : inARow + 1
  }

  function isFailing(): boolean {
    if (inARow >= IN_A_ROW) return true
    const bad = slices.reduce((sum, slice) => sum + slice.bad, 0)
    const all = slices.reduce((sum, slice) => sum + slice.good + slice.bad, 0)
    return all >= LEAST_CALLS && bad >= all * SHARE
  }

  const open = (): void => turn(clock.monotonicMs() + PROBE_EVERY_MS)

  function admission(probes: boolean): Admission {
    const began = epoch
    let heard = false
    return (verdict) => {
      if (heard || began !== epoch) return
      heard = true
      if (!probes) {
        if (verdict === 'none') return
        count(verdict)
        if (verdict === 'bad' && isFailing()) open()
      } else if (verdict === 'good') turn(undefined)
      else if (verdict === 'bad') {
        inARow += 1
        open()
      } else probeAtMs = clock.monotonicMs()
    }
  }

  const waitMs = (): number =>
    probeAtMs === undefined ? 0 : Math.max(0, probeAtMs - clock.monotonicMs())

  return {
    waitMs,
    admit() {
      if (probeAtMs === undefined) return admission(false)
      if (waitMs() > 0) return undefined
      // One at a time, and another one later whether or not this one has come back.
      probeAtMs = clock.monotonicMs() + PROBE_EVERY_MS
      return admission(true)
    },
    state() {
      if (probeAtMs === undefined) return 'closed'
      return waitMs() === 0 ? 'half_open' : 'open'
    },
    failures: () => inARow,
  }
}
