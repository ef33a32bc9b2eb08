// Time, as a parameter: the only place that reads a clock. Wall time for records and token claims,
// monotonic time for lifetimes and durations (a jump of the wall clock must not expire anything, F-26).

export type Clock = {
  /** Milliseconds since the epoch, as the host believes. */
  readonly wallMs: () => number
  /** Milliseconds since an arbitrary start; never goes back. */
  readonly monotonicMs: () => number
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}
