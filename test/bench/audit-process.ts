// The figures about the log: what a record costs the request thread, how fast a log is verified, how fast a record is
// found. One log is made for all of them, in a temporary folder that is removed. `npm run bench -- --only audit` starts
// it; BENCH_RECORDS is how many records the log has.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quantile, type TargetRow } from '../../bench/src/target-row.ts'
import { search, type SearchQuestion } from '../../gateway/src/audit/search.ts'
import { verifyLog } from '../../gateway/src/audit/verify.ts'
import { hand, progress } from './passes.ts'
import { writeLog, type Written } from './written-log.ts'

const RECORDS = Number(process.env['BENCH_RECORDS'] ?? 1_000_000)
const VERIFIES = 3
const SEARCHES = 5
const PAGE = 50
const EVERY_MS = 10_000

await hand(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-audit-'))
  try {
    const from = Date.now()
    const written = await writeLog(folder, RECORDS, told())
    const until = Date.now()
    progress(`${written.records} records written`)
    return [
      ...costOf(written),
      ...(await searches(folder, from, until)),
      ...(await verifies(folder, written)),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

function told(): (done: number) => void {
  let last = performance.now()
  return (done) => {
    if (performance.now() - last < EVERY_MS) return
    last = performance.now()
    progress(`${done} of ${RECORDS} records`)
  }
}

function costOf({ recordMicros, recordsPerSecond, records }: Written): readonly TargetRow[] {
  // Each fifth of the run is one pass: its median batch.
  const size = Math.ceil(recordMicros.length / 5)
  const fifths = Array.from({ length: 5 }, (_, at) =>
    quantile(
      recordMicros.slice(at * size, (at + 1) * size).toSorted((a, b) => a - b),
      0.5,
    ),
  ).filter((figure) => !Number.isNaN(figure))
  return [
    {
      target:
        'what a record costs the request thread (the frames of intent and outcome, per record)',
      wanted: '≤ 5 µs',
      unit: 'µs',
      most: 5,
      passes: fifths,
    },
    {
      target: 'records that the writer writes, in batches of 250 calls, each awaited',
      wanted: '–',
      unit: 'records/s',
      passes: [recordsPerSecond],
      note: `${records} records`,
    },
  ]
}

async function verifies(folder: string, { records }: Written): Promise<readonly TargetRow[]> {
  const rates: number[] = []
  for (let pass = 0; pass < VERIFIES; pass++) {
    const from = performance.now()
    const report = await verifyLog(folder)
    rates.push(report.records / ((performance.now() - from) / 1000))
    if (!report.ok || report.records < records) {
      throw new Error(`verified ${report.records}: ${JSON.stringify(report.findings.slice(0, 3))}`)
    }
    progress(`verified ${pass + 1} of ${VERIFIES} times`)
  }
  return [
    {
      target: `\`audit verify\` of a log of ${records} records`,
      wanted: '≥ 200,000 records/s',
      unit: 'records/s',
      least: 200_000,
      passes: rates,
    },
  ]
}

async function searches(
  folder: string,
  from: number,
  until: number,
): Promise<readonly TargetRow[]> {
  const middle = from + (until - from) / 2
  const questions: readonly [string, SearchQuestion][] = [
    ['by person', { person: 'person-17' }],
    ['by tool', { tool: 'bench___tool_9' }],
    ['by time', { fromMs: from, untilMs: middle }],
    ['by outcome', { outcome: 'tool_error' }],
    [
      'by all four',
      {
        person: 'person-3',
        tool: 'bench___tool_21',
        outcome: 'tool_error',
        fromMs: from,
        untilMs: middle,
      },
    ],
    ['for what nobody did', { person: 'person-17', outcome: 'unclear' }],
  ]
  const limit = { wanted: '≤ 1 s', unit: 's', most: 1 }
  const first = await timed(folder, questions[0]?.[1] ?? {})
  progress(`first search after ${first.seconds.toFixed(1)} s`)
  const rows: TargetRow[] = [
    {
      target: `the first search over ${RECORDS} records, which builds the index`,
      wanted: '–',
      unit: 's',
      passes: [first.seconds],
    },
  ]
  for (const [words, question] of questions) {
    const passes: number[] = []
    let hits = 0
    for (let pass = 0; pass < SEARCHES; pass++) {
      const search = await timed(folder, question)
      passes.push(search.seconds)
      hits = search.hits
    }
    const target = `search over ${RECORDS} records ${words}, page of ${PAGE}`
    rows.push({ target, ...limit, passes, note: `${hits} hits on the page` })
  }
  return rows
}

async function timed(
  folder: string,
  question: SearchQuestion,
): Promise<{ readonly seconds: number; readonly hits: number }> {
  const from = performance.now()
  const { hits } = await search(folder, question, PAGE)
  return { seconds: (performance.now() - from) / 1000, hits: hits.length }
}
