// What the passes say about a contestant: its rates, and its ratio to another of the same pass and cell, which is all
// that can be compared between machines.
import type { Measured } from './rounds.ts'
import { rangeOf, type TargetRow } from './target-row.ts'

type Place = { readonly column: string; readonly connections: number }
export type Summary = Place & {
  readonly contestant: string
  readonly requestsPerSecond: readonly [min: number, median: number, max: number]
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of medians; `NaN` where the other is not in the run. */
  readonly ratio: number
  readonly errors: number
}

/** One per contestant and cell, in the order in which they were measured. */
export function summarize(measured: readonly Measured[], base: string): readonly Summary[] {
  const groups = Map.groupBy(measured, keyOf)
  return [...groups.values()].map((rows) => {
    const [first] = rows as [Measured, ...Measured[]]
    const others = groups.get(keyOf({ ...first, contestant: base })) ?? []
    const rates = rangeOf(rows.map((row) => row.requestsPerSecond))
    return {
      contestant: first.contestant,
      column: first.column,
      connections: first.connections,
      requestsPerSecond: rates,
      p50Ms: rangeOf(rows.map((row) => row.p50Ms))[1],
      p99Ms: rangeOf(rows.map((row) => row.p99Ms))[1],
      ratio: rates[1] / rangeOf(others.map((row) => row.requestsPerSecond))[1],
      errors: rows.reduce((sum, row) => sum + row.errors, 0),
    }
  })
}

/** A target for the ratio of two contestants; `undefined` where one of them did not take part. */
export function ratioRow(
  measured: readonly Measured[],
  place: Place,
  [contestant, base]: readonly [string, string],
  row: Pick<TargetRow, 'target' | 'wanted' | 'least' | 'note'>,
): TargetRow | undefined {
  const rates = (name: string): readonly number[] =>
    measured
      .filter((one) => keyOf(one) === keyOf({ ...place, contestant: name }))
      .map((one) => one.requestsPerSecond)
  const others = rates(base)
  const passes = rates(contestant).map((rate, pass) => rate / (others[pass] ?? Number.NaN))
  if (passes.length === 0 || others.length === 0) return undefined
  return { ...row, unit: '×', passes }
}

function keyOf(one: Place & { readonly contestant: string }): string {
  return `${one.connections}|${one.column}|${one.contestant}`
}
