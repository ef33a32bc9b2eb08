// Counters, gauges and histograms as plain numbers, written as OpenMetrics text on scrape
// (OpenMetrics 1.0.0). Label sets are bounded: what exceeds the bound is counted under `other`.

export const METRICS_MEDIA_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

const MAX_SERIES = 500
const OTHER = 'other'

/** Bound to its label values: keep it where it is counted often. */
export type CounterCell = { readonly inc: (by?: number) => void }
export type HistogramCell = { readonly observe: (value: number) => void }
export type Counter = CounterCell & { readonly with: (...labels: readonly string[]) => CounterCell }
export type Histogram = HistogramCell & {
  readonly with: (...labels: readonly string[]) => HistogramCell
}
export type GaugeReading = number | Iterable<readonly [labels: readonly string[], value: number]>

export type Metrics = {
  /** `name` without the suffix `_total`. */
  readonly counter: (name: string, help: string, labels?: readonly string[]) => Counter
  /** `buckets` ascending, without infinity. */
  readonly histogram: (
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly string[],
  ) => Histogram
  /** `read` is called on scrape. */
  readonly gauge: (
    name: string,
    help: string,
    read: () => GaugeReading,
    labels?: readonly string[],
  ) => void
  readonly render: () => string
}

export function createMetrics(): Metrics {
  const families = new Map<string, () => string>()
  const add = (name: string, type: string, help: string, samples: () => string): void => {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`\`${name}\` is no metric name`)
    if (families.has(name)) throw new Error(`the metric \`${name}\` exists`)
    const head = `# TYPE ${name} ${type}\n# HELP ${name} ${escapeText(help)}\n`
    families.set(name, () => head + samples())
  }
  return {
    counter(name, help, labels = []) {
      const series = createSeries(labels, () => ({ value: 0 }))
      const cell = (values: readonly string[]): CounterCell => {
        const at = series.at(values)
        return { inc: (by = 1) => void (at.value += by) }
      }
      add(name, 'counter', help, () =>
        series.render((set, { value }) => `${name}_total${braces(set)} ${numberText(value)}\n`),
      )
      return { ...unlabelled(labels, cell, { inc: noLabels }), with: (...values) => cell(values) }
    },
    histogram(name, help, buckets, labels = []) {
      const series = createSeries(labels, () => ({
        counts: Array.from({ length: buckets.length + 1 }, () => 0),
        sum: 0,
      }))
      const cell = (values: readonly string[]): HistogramCell => {
        const at = series.at(values)
        return {
          observe(value) {
            let bucket = 0
            while (bucket < buckets.length && value > (buckets[bucket] ?? 0)) bucket++
            at.counts[bucket] = (at.counts[bucket] ?? 0) + 1
            at.sum += value
          },
        }
      }
      add(name, 'histogram', help, () =>
        series.render((set, { counts, sum }) => {
          let below = 0
          const lines = counts.map((count, index) => {
            below += count
            const bound = index < buckets.length ? canonical(buckets[index] ?? 0) : '+Inf'
            return `${name}_bucket${braces([...set, `le="${bound}"`])} ${below}\n`
          })
          const tail = `${name}_count${braces(set)} ${below}\n${name}_sum${braces(set)} ${numberText(sum)}\n`
          return lines.join('') + tail
        }),
      )
      return {
        ...unlabelled(labels, cell, { observe: noLabels }),
        with: (...values) => cell(values),
      }
    },
    gauge(name, help, read, labels = []) {
      add(name, 'gauge', help, () => {
        const reading = read()
        const rows = typeof reading === 'number' ? [[[], reading] as const] : [...reading]
        return rows
          .slice(0, MAX_SERIES)
          .map(
            ([values, value]) => `${name}${braces(pairs(labels, values))} ${numberText(value)}\n`,
          )
          .join('')
      })
    },
    render: () => `${[...families.values()].map((family) => family()).join('')}# EOF\n`,
  }
}

type Series<Value> = {
  readonly at: (values: readonly string[]) => Value
  readonly render: (line: (labels: readonly string[], value: Value) => string) => string
}

function createSeries<Value>(labels: readonly string[], fresh: () => Value): Series<Value> {
  const series = new Map<string, { readonly set: readonly string[]; readonly value: Value }>()
  const at = (values: readonly string[]): Value => {
    const key = values.join('\0')
    const known = series.get(key)
    if (known !== undefined) return known.value
    if (series.size >= MAX_SERIES && values.some((value) => value !== OTHER)) {
      return at(labels.map(() => OTHER))
    }
    const made = { set: pairs(labels, values), value: fresh() }
    series.set(key, made)
    return made.value
  }
  if (labels.length === 0) at([])
  return {
    at,
    render: (line) => [...series.values()].map(({ set, value }) => line(set, value)).join(''),
  }
}

function unlabelled<Cell>(
  labels: readonly string[],
  cell: (values: readonly string[]) => Cell,
  instead: Cell,
): Cell {
  return labels.length === 0 ? cell([]) : instead
}

function noLabels(): never {
  throw new Error('this metric has labels')
}

function pairs(labels: readonly string[], values: readonly string[]): string[] {
  if (labels.length !== values.length) throw new Error('a metric needs a value for each label')
  return labels.map((label, index) => `${label}="${escapeText(values[index] ?? '')}"`)
}

function braces(set: readonly string[]): string {
  return set.length === 0 ? '' : `{${set.join(',')}}`
}

function escapeText(text: string): string {
  return text.slice(0, 256).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** Bounds of buckets are compared as text by scrapers: whole numbers get their `.0`. */
function canonical(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}
