// `npm run promises [-- --short] [-- --report] [-- F-14 …] [-- --only soak --minutes 30]`: runs the timed and destructive promises of test/promises
// against real processes and prints what was seen beside what is promised. A full run, or one with --report, writes what
// it saw into docs/reports/promises.md.
import './assert-node.ts'
import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Finding, PromiseScript } from '../test/promises/promise.ts'
import { soak } from '../test/promises/soak.ts'
import { writeReport } from './promises-report.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    /** The soak takes as long as it is told to, and is run for itself. */
    only: { type: 'string' },
    minutes: { type: 'string', default: '1' },
  },
})
if (values.only !== undefined && values.only !== 'soak') {
  throw new Error(`\`--only\` knows \`soak\`, not \`${values.only}\``)
}
const files = globSync('test/promises/[A-Z]-[0-9]*.ts').sort()
const results: { script: PromiseScript; findings: readonly Finding[] }[] = []

const scripts =
  values.only === 'soak'
    ? [{ id: 'soak', title: `${values.minutes} min`, run: () => soak(Number(values.minutes)) }]
    : await Promise.all(
        files.map(
          async (file) => ((await import(resolve(file))) as { promise: PromiseScript }).promise,
        ),
      )

for (const promise of scripts) {
  if (positionals.length > 0 && !positionals.includes(promise.id)) continue
  process.stdout.write(`${promise.id} ${promise.title}\n`)
  const findings = await promise.run({ short: values.short }).catch((error: unknown): Finding[] => [
    {
      what: 'the script',
      seen: error instanceof Error ? error.message : String(error),
      promised: 'runs',
      kept: false,
    },
  ])
  for (const finding of findings) {
    const mark = finding.kept ? 'kept  ' : 'BROKEN'
    process.stdout.write(
      `  ${mark} ${finding.what}: ${finding.seen} (promised: ${finding.promised})\n`,
    )
  }
  results.push({ script: promise, findings })
}

const all = results.flatMap((result) => result.findings)
const broken = all.filter((finding) => !finding.kept).length
const whole = !values.short && positionals.length === 0 && values.only === undefined
if (values.report || whole) {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const seen = results.map(({ script, findings }) => ({ id: script.id, findings }))
  writeReport(seen, `${commit}${values.short ? ', short' : ''}`)
}
process.stdout.write(`${all.length - broken} passed, ${broken} failed\n`)
process.exit(broken === 0 && all.length > 0 ? 0 : 1)
