// The report: the table of calls, with ranges over the passes and the ratio of medians to the bare proxy of the same
// run, and one table per part that has targets. Parts come from different runs, and each says from which commit.
import { rangeOf, renderTargets, type TargetRow } from './target-row.ts'

export type Part = 'calls' | 'decisions' | 'audit'

export type CallsRun = {
  readonly commit: string
  readonly machine: string
  readonly passes: number
  readonly requests: number
  readonly fdatasyncMs: number
  readonly ready: { readonly readyMs: number; readonly idleRssMiB: number }
  readonly measured: readonly Measured[]
}
export type TargetsRun = {
  readonly commit: string
  readonly machine: string
  /** Of whoever ran it, about the machine. */
  readonly note?: string | undefined
  readonly rows: readonly TargetRow[]
}
export type Report = Partial<CallsRun> & {
  readonly decisions?: TargetsRun
  readonly audit?: TargetsRun
}

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
type Summary = {
  readonly contestant: string
  readonly column: string
  readonly connections: number
  readonly requestsPerSecond: readonly [min: number, median: number, max: number]
  readonly p50Ms: number
  readonly p99Ms: number
  readonly ratioToBare: number
  readonly errors: number
}

function summarize(measured: readonly Measured[]): readonly Summary[] {
  const groups = new Map<string, Measured[]>()
  for (const row of measured) {
    const key = `${row.connections}|${row.column}|${row.contestant}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()].map((rows) => {
    const [first] = rows as [Measured, ...Measured[]]
    const bare = groups.get(`${first.connections}|${first.column}|bare undici 8`) ?? []
    const rates = rangeOf(rows.map((row) => row.requestsPerSecond))
    return {
      contestant: first.contestant,
      column: first.column,
      connections: first.connections,
      requestsPerSecond: rates,
      p50Ms: rangeOf(rows.map((row) => row.p50Ms))[1],
      p99Ms: rangeOf(rows.map((row) => row.p99Ms))[1],
      ratioToBare: rates[1] / rangeOf(bare.map((row) => row.requestsPerSecond))[1],
      errors: rows.reduce((sum, row) => sum + row.errors, 0),
    }
  })
}

export function renderReport(report: Report): string {
  const { decisions, audit } = report
  return [
    '# Benchmark\n',
    ...('measured' in report ? [renderCalls(report as CallsRun)] : []),
    ...(decisions === undefined ? [] : [renderPart('Decisions and lists', decisions)]),
    ...(audit === undefined ? [] : [renderPart('The log', audit)]),
  ].join('\n')
}

function renderPart(title: string, { commit, machine, note, rows }: TargetsRun): string {
  const table = renderTargets(`${title}, at commit ${commit}`, rows)
  const about = `${machine}. Kept or missed is the median of the passes.${note === undefined ? '' : ` ${note}`}`
  return table.replace('\n\n', `\n\n${about}\n\n`)
}

function renderCalls(run: CallsRun): string {
  const summaries = summarize(run.measured)
  const lines = [
    `## Calls, at commit ${run.commit}`,
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
      lines.push('', `### ${connections} connection${connections === 1 ? '' : 's'}, ${column}`, '')
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
