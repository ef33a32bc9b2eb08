// The figures about decisions and lists (policy-audit §1): those of the gateway's own parts out of a process of its own,
// and the rate of lists beside the rate of calls through a whole gateway.
import { createCrew, message } from './crew.ts'
import { measureLists } from './lists.ts'
import type { TargetRow } from './target-row.ts'

const PROCESS = new URL('../../test/bench/decisions-process.ts', import.meta.url)

export async function measureDecisions(): Promise<readonly TargetRow[]> {
  const { child, end } = createCrew()
  try {
    const started = child(PROCESS, undefined, {})
    const { rows } = (await message(started)) as { readonly rows: readonly TargetRow[] }
    return [...rows, ...(await measureLists())]
  } finally {
    end()
  }
}
