// `npm run bench [-- --only calls,sizes,…] [-- --requests N] [-- --passes N] [-- --records N] [-- --json FILE]
// [-- --note TEXT]`: what is measured, part by part, beside what is wanted. Prints tables and writes
// docs/reports/bench.json and .md; parts that did not run this time stay there as they were, each under its own commit.
import { parseArgs } from 'node:util'
import { PARTS } from './parts/parts.ts'
import { addToReport } from './written-report.ts'

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
const order = Object.keys(PARTS)
const wanted = values.only?.split(',') ?? order
const strange = wanted.find((name) => PARTS[name] === undefined)
if (strange !== undefined) {
  throw new Error(`\`--only ${strange}\`: expected some of ${order.join(', ')}`)
}
const options = {
  requests: Number(values.requests),
  passes: Math.max(3, Number(values.passes)),
  records: Number(values.records),
  besideFile: values.json,
}
const writing = { title: 'Benchmark', file: values.json, order, note: values.note }
for (const [name, { title, measure }] of Object.entries(PARTS)) {
  if (!wanted.includes(name)) continue
  process.stdout.write(`${name}\n`)
  // Written after each part: what a later one breaks does not lose it.
  addToReport(writing, name, { title, ...(await measure(options)) })
}
