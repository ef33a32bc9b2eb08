// The report: for each part a table of what is wanted and seen, and, where contestants were measured, one table per cell
// with ranges over the passes. Parts come from different runs, and each says from which commit.
import { summarize, type Summary } from './ratios.ts'
import type { Measured } from './rounds.ts'
import { renderTargets, type TargetRow } from './target-row.ts'

/** What a part measured. */
export type Findings = {
  readonly rows: readonly TargetRow[]
  readonly measured?: readonly Measured[]
  /** The contestant that ratios are to; default: the bare proxy. */
  readonly base?: string
  /** Sentences about this run. */
  readonly about?: readonly string[]
}
export type PartRun = Findings & {
  readonly title: string
  readonly commit: string
  readonly machine: string
  /** Of whoever ran it, about the machine. */
  readonly note?: string | undefined
}
/** By the name of the part, in the order of the report. */
export type Report = Readonly<Record<string, PartRun>>

const BARE = 'bare undici 8'

export function renderReport(title: string, report: Report, order: readonly string[]): string {
  const parts = order.flatMap((name) => report[name] ?? []).map(renderPart)
  return [`# ${title}\n`, ...parts].join('\n')
}

/** The first wrong answer of a run, which is void with it. */
export function firstWrong({ measured = [] }: Findings): Measured | undefined {
  return measured.find((row) => row.errors > 0)
}

function renderPart(run: PartRun): string {
  const { title, commit, machine, note, about = [], rows, measured = [], base = BARE } = run
  const judged = rows.length === 0 ? [] : ['Kept or missed is the median of the passes.']
  const sentences = [`${machine}.`, ...about, ...judged, ...(note === undefined ? [] : [note])]
  const void_ = firstWrong(run) === undefined ? [] : ['**Void: there were wrong answers.**', '']
  return [
    `## ${title}, at commit ${commit}`,
    '',
    ...void_,
    sentences.join(' '),
    '',
    ...(rows.length === 0 ? [] : [renderTargets(rows)]),
    ...renderCells(summarize(measured, base), base),
  ].join('\n')
}

function renderCells(summaries: readonly Summary[], base: string): readonly string[] {
  const cells = Map.groupBy(summaries, ({ connections, column }) => cellTitle(connections, column))
  return [...cells].map(([title, rows]) =>
    [
      `### ${title}`,
      '',
      `| | requests/s (min – median – max) | × ${base} | p50 ms | p99 ms | wrong |`,
      '| --- | --- | --- | --- | --- | --- |',
      ...rows.map(rateLine),
      '',
    ].join('\n'),
  )
}

const cellTitle = (connections: number, column: string): string =>
  `${connections} connection${connections === 1 ? '' : 's'}, ${column}`

function rateLine(row: Summary): string {
  const [min, median, max] = row.requestsPerSecond.map((rate) => Math.round(rate))
  const ratio = Number.isNaN(row.ratio) ? '–' : row.ratio.toFixed(row.ratio < 0.1 ? 4 : 2)
  return `| ${row.contestant} | ${min} – ${median} – ${max} | ${ratio} | ${row.p50Ms.toFixed(3)} | ${row.p99Ms.toFixed(3)} | ${row.errors} |`
}
