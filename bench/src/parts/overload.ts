// Three times the load that a target can carry (promises §5): measured by the script of promise F-22, in a process of its
// own. The target's places and its delay set the capacity, so the machine's speed does not.
import { createCrew, message } from '../crew.ts'
import type { TargetRow } from '../target-row.ts'
import type { Part } from './part.ts'

const PROCESS = new URL('../../../test/bench/overload-process.ts', import.meta.url)
/** With fewer requests than this, the short form. */
const WHOLE_FROM = 10_000

export const overload: Part = {
  title: 'Overload',
  async measure({ requests, passes }) {
    const { child, end } = createCrew()
    try {
      const started = child(PROCESS, undefined, {
        BENCH_PASSES: String(passes),
        BENCH_SHORT: requests < WHOLE_FROM ? '1' : '',
      })
      return (await message(started)) as { readonly rows: TargetRow[] }
    } finally {
      end()
    }
  },
}
