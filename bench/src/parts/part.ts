// One part of the benchmark, selected by its name.
import type { Findings } from '../report.ts'

export type Part = {
  readonly title: string
  readonly measure: (options: Options) => Promise<Findings>
}

type Options = {
  /** Per pass, of the cheapest cell. */
  readonly requests: number
  readonly passes: number
  /** Of the log that is searched and verified. */
  readonly records: number
  /** A file on the disk whose `fdatasync` counts. */
  readonly besideFile: string
}

/** A share of the requests, and never so few that a rate means nothing. */
export function few(requests: number, share: number, least = 200): number {
  return Math.min(requests, Math.max(least, Math.round(requests * share)))
}
