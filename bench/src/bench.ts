// `npm run bench [-- --only calls|decisions|audit] [-- --requests N] [-- --passes N] [-- --records N] [-- --json FILE]`:
// what is measured, part by part, beside what is wanted. Prints tables and writes docs/reports/bench.json and .md; parts
// that did not run this time stay there as they were, each under its own commit.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { measureAudit } from './audit.ts'
import { measureCalls } from './calls.ts'
import { measureDecisions } from './decisions.ts'
import { renderReport, type Part, type Report } from './report.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    requests: { type: 'string', default: '20000' },
    passes: { type: 'string', default: '3' },
    records: { type: 'string', default: '1000000' },
    json: { type: 'string', default: 'docs/reports/bench.json' },
    note: { type: 'string' },
  },
})
const PARTS = ['calls', 'decisions', 'audit'] as const
const parts = PARTS.filter((part) => values.only === undefined || values.only === part)
if (parts.length === 0) {
  throw new Error(`\`--only ${values.only}\`: expected one of ${PARTS.join(', ')}`)
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
const run = { commit, machine: cpus()[0]?.model ?? 'unknown', note: values.note }
for (const part of parts) {
  process.stdout.write(`${part}\n`)
  const measured = await measure(part)
  // What another run wrote meanwhile stays too.
  const report: Report = { ...readReport(), ...measured }
  // After each part: what a later one breaks does not lose it.
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(values.json.replace(/\.json$/, '.md'), renderReport(report))
  process.stdout.write(`\n${renderReport(measured)}`)
  const wrong = measured.measured?.find((row) => row.errors > 0)
  if (wrong !== undefined) {
    process.stdout.write(`void: ${wrong.contestant} gave a wrong answer:\n${wrong.firstError}\n`)
    process.exitCode = 1
  }
}

function readReport(): Report {
  return existsSync(values.json) ? (JSON.parse(readFileSync(values.json, 'utf8')) as Report) : {}
}

async function measure(part: Part): Promise<Report> {
  switch (part) {
    case 'calls': {
      const passes = Math.max(3, Number(values.passes))
      return { commit, ...(await measureCalls(Number(values.requests), passes, values.json)) }
    }
    case 'decisions':
      return { decisions: { ...run, rows: await measureDecisions() } }
    case 'audit':
      return { audit: { ...run, rows: await measureAudit(Number(values.records)) } }
  }
}
