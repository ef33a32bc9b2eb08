// What the measuring processes share: passes, quantiles of many timings, and how the rows reach `npm run bench`.
import { quantile, type TargetRow } from '../../bench/src/target-row.ts'

const PASSES = 5

export function passes(run: (pass: number) => number, count = PASSES): readonly number[] {
  return Array.from({ length: count }, (_, pass) => run(pass))
}

/** The median and the longest of single timings, in milliseconds. */
export function timings(count: number, run: (at: number) => unknown): [p50: number, max: number] {
  const times = new Float64Array(count)
  for (let at = 0; at < count; at++) {
    const from = performance.now()
    run(at)
    times[at] = performance.now() - from
  }
  times.sort()
  return [quantile(times, 0.5), quantile(times, 1)]
}

export function progress(words: string): void {
  process.stderr.write(`  ${words}\n`)
}

/** To the process that asked, and out. */
export async function hand(measure: () => Promise<readonly TargetRow[]>): Promise<void> {
  const rows = await measure()
  if (process.send === undefined) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
  else process.send({ rows })
  process.disconnect?.()
}
