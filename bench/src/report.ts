// Figures into a table: ranges over the passes, and the ratio of medians to the bare proxy of the same run.

export type Measured = {
  readonly contestant: string
  readonly column: string
  readonly connections: number
  readonly pass: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly errors: number
  readonly firstError: string | undefined
}
export type Summary = {
  readonly contestant: string
  readonly column: string
  readonly connections: number
  readonly requestsPerSecond: readonly [min: number, median: number, max: number]
  readonly p50Ms: number
  readonly p99Ms: number
  readonly ratioToBare: number
  readonly errors: number
}

export function summarize(measured: readonly Measured[]): readonly Summary[] {
  const groups = new Map<string, Measured[]>()
  for (const row of measured) {
    const key = `${row.connections}|${row.column}|${row.contestant}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()].map((rows) => {
    const [first] = rows as [Measured, ...Measured[]]
    const bare = groups.get(`${first.connections}|${first.column}|bare undici 8`) ?? []
    const rates = spread(rows.map((row) => row.requestsPerSecond))
    return {
      contestant: first.contestant,
      column: first.column,
      connections: first.connections,
      requestsPerSecond: rates,
      p50Ms: spread(rows.map((row) => row.p50Ms))[1],
      p99Ms: spread(rows.map((row) => row.p99Ms))[1],
      ratioToBare: rates[1] / spread(bare.map((row) => row.requestsPerSecond))[1],
      errors: rows.reduce((sum, row) => sum + row.errors, 0),
    }
  })
}

export function render(
  summaries: readonly Summary[],
  run: {
    readonly commit: string
    readonly machine: string
    readonly passes: number
    readonly fdatasyncMs: number
    readonly ready: { readonly readyMs: number; readonly idleRssMiB: number }
  },
): string {
  const lines = [
    `# Benchmark at commit ${run.commit}`,
    '',
    `${run.machine}, contestant on one core, load and target on another, ${run.passes} interleaved passes, tools/call of 300 B. Ratios are of this run; absolute figures are not comparable between machines.`,
    '',
    `One plain fdatasync of this disk: ${run.fdatasyncMs.toFixed(2)} ms (median). Ready after ${Math.round(run.ready.readyMs)} ms, idle at ${Math.round(run.ready.idleRssMiB)} MiB.`,
  ]
  for (const connections of [32, 1]) {
    for (const column of ['same arguments', 'new arguments', 'new token']) {
      const rows = summaries.filter(
        (row) => row.connections === connections && row.column === column,
      )
      if (rows.length === 0) continue
      lines.push('', `## ${connections} connection${connections === 1 ? '' : 's'}, ${column}`, '')
      lines.push(
        '| | requests/s (min – median – max) | × bare undici 8 | p50 ms | p99 ms | wrong |',
        '| --- | --- | --- | --- | --- | --- |',
      )
      for (const row of rows) {
        const [min, median, max] = row.requestsPerSecond.map((rate) => Math.round(rate))
        lines.push(
          `| ${row.contestant} | ${min} – ${median} – ${max} | ${row.ratioToBare.toFixed(2)} | ${row.p50Ms.toFixed(3)} | ${row.p99Ms.toFixed(3)} | ${row.errors} |`,
        )
      }
    }
  }
  return `${lines.join('\n')}\n`
}

function spread(values: readonly number[]): readonly [number, number, number] {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  return [at(0), at(0.5), at(1)]
}
