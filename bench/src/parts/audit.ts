// The figures about the log (policy-audit §2): measured at the gateway's own parts, in a process of its own.
import { createCrew, message } from '../crew.ts'
import type { TargetRow } from '../target-row.ts'
import type { Part } from './part.ts'

const PROCESS = new URL('../../../test/bench/audit-process.ts', import.meta.url)

export const audit: Part = {
  title: 'The log',
  async measure({ records }) {
    const { child, end } = createCrew()
    try {
      // Not bound to a core: the writer and the verifier have threads.
      const started = child(PROCESS, undefined, { BENCH_RECORDS: String(records) })
      return (await message(started)) as { readonly rows: TargetRow[] }
    } finally {
      end()
    }
  },
}
