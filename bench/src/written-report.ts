// A report on disk: JSON, and beside it the same for people. A part that did not run this time stays as it was.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { firstWrong, renderReport, type Findings, type PartRun, type Report } from './report.ts'

export type Writing = {
  readonly title: string
  readonly file: string
  readonly order: readonly string[]
  readonly note: string | undefined
}

/** Prints the part too; a wrong answer in it makes the run fail. */
export function addToReport(
  { title, file, order, note }: Writing,
  name: string,
  part: { readonly title: string } & Findings,
): void {
  const machine = cpus()[0]?.model ?? 'unknown'
  const run: PartRun = { commit: commit(), machine, note, ...part }
  // What another run wrote meanwhile stays too.
  const report: Report = { ...readReport(file), [name]: run }
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(file.replace(/\.json$/, '.md'), renderReport(title, report, order))
  process.stdout.write(`\n${renderReport(title, { [name]: run }, order)}`)
  const wrong = firstWrong(run)
  if (wrong === undefined) return
  process.stdout.write(`void: ${wrong.contestant} gave a wrong answer:\n${wrong.firstError}\n`)
  process.exitCode = 1
}

function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
}

function readReport(file: string): Report {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : {}
}
