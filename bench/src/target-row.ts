// One figure that somebody set a target for: what was wanted, what each pass saw, and whether the median keeps it. The
// range is printed whole, so that a good median does not hide a bad pass.

export type TargetRow = {
  readonly target: string
  readonly wanted: string
  readonly unit: string
  /** The bound that the median of the passes is held against; none: the figure is only shown. */
  readonly most?: number
  readonly least?: number
  /** One figure per pass. */
  readonly passes: readonly number[]
  /** What else has to be known to read the figure. */
  readonly note?: string
}

export function renderTargets(rows: readonly TargetRow[]): string {
  const lines = rows.map(
    (row) => `| ${row.target} | ${row.wanted} | ${seenText(row)} | ${verdictOf(row)} |`,
  )
  const head = ['| target | wanted | seen (min – median – max) | |', '| --- | --- | --- | --- |']
  return `${[...head, ...lines].join('\n')}\n`
}

export function verdictOf(row: TargetRow): '' | 'kept' | '**missed**' {
  if (row.most === undefined && row.least === undefined) return ''
  const [, median] = rangeOf(row.passes)
  // A figure that is not there keeps nothing.
  const kept = median <= (row.most ?? Infinity) && median >= (row.least ?? -Infinity)
  return kept ? 'kept' : '**missed**'
}

export function rangeOf(values: readonly number[]): readonly [number, number, number] {
  const sorted = values.toSorted((a, b) => a - b)
  return [quantile(sorted, 0), quantile(sorted, 0.5), quantile(sorted, 1)]
}

/** Of values in order; the lower one where two are as near. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
}

function seenText({ passes, unit, note }: TargetRow): string {
  const figures = [...new Set(rangeOf(passes).map(figureText))].join(' – ')
  return `${figures}${unit === '' ? '' : ` ${unit}`}${note === undefined ? '' : `; ${note}`}`
}

/** Three digits that count, and no power of ten. */
function figureText(value: number): string {
  if (Math.abs(value) >= 100) return String(Math.round(value))
  return String(Number(value.toPrecision(3)))
}
