// How long the oldest record has waited that a follower does not have: from a few moments at which the number of records
// was noted, so that nothing has to be noted per record.
export type Lag = {
  /** So many records there are now. */
  readonly note: (records: number, nowMs: number) => void
  /** Of somebody who has so many, in milliseconds. */
  readonly of: (has: number, nowMs: number) => number
  /** Nobody has fewer than so many. */
  readonly forget: (has: number) => void
}

const MAX_MOMENTS = 512

export function createLag(): Lag {
  let moments: { readonly records: number; readonly ms: number }[] = []
  return {
    note: (records, nowMs) => {
      if (records === (moments.at(-1)?.records ?? 0)) return
      moments.push({ records, ms: nowMs })
      // Every other one is enough to know it within twice the time between two of them.
      if (moments.length > MAX_MOMENTS) moments = moments.filter((_, at) => at % 2 === 0)
    },
    of: (has, nowMs) => {
      const waiting = moments.find(({ records }) => records > has)
      return waiting === undefined ? 0 : nowMs - waiting.ms
    },
    forget: (has) => {
      moments = moments.filter(({ records }) => records > has)
    },
  }
}
