// Overload as figures of the benchmark: the script of promise F-22, run as often as there are passes. `npm run bench --
// --only overload` starts it.
import { measureOverload, type Overload } from '../promises/F-22.ts'
import { hand, progress } from './passes.ts'

const PASSES = Number(process.env['BENCH_PASSES'] ?? 3)
const short = process.env['BENCH_SHORT'] === '1'

await hand(async () => {
  const seen: Overload[] = []
  for (let pass = 0; pass < PASSES; pass++) {
    progress(`overload, pass ${pass + 1} of ${PASSES}`)
    const one = await measureOverload({ short })
    // Of a machine that cannot even do what the target can, nothing can be said.
    if (one.most < one.capacity / 2) {
      throw new Error(`${one.most.toFixed(0)} calls a second at most, of ${one.capacity}: too busy`)
    }
    seen.push(one)
  }
  const [{ forMs, most }] = seen as [Overload, ...Overload[]]
  return [
    {
      target: 'good answers a second at 3 × capacity, open loop, × the most that can be had',
      wanted: '≥ 0.8',
      unit: '×',
      least: 0.8,
      passes: seen.map((one) => one.during / one.most),
      note: `for ${forMs / 1000} s each; the most is ${most.toFixed(0)} a second`,
    },
    {
      target: 'refusals that say when to come again',
      wanted: '≥ 99 %',
      unit: '%',
      least: 99,
      passes: seen.map((one) => (one.refused === 0 ? 100 : (100 * one.hinted) / one.refused)),
    },
    {
      target: 'until calls are as before',
      wanted: '≤ 10 s',
      unit: 's',
      most: 10,
      // Not as before while it was looked at: as long as that, at least.
      passes: seen.map((one) => (one.backMs ?? one.lookedMs) / 1000),
    },
  ]
})
