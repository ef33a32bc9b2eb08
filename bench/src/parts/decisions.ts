// The figures about decisions (policy-audit §1): those of the gateway's own parts, out of a process of its own.
import { createCrew, message } from '../crew.ts'
import type { TargetRow } from '../target-row.ts'
import type { Part } from './part.ts'

const PROCESS = new URL('../../../test/bench/decisions-process.ts', import.meta.url)

export const decisions: Part = {
  title: 'Decisions',
  async measure() {
    const { child, end } = createCrew()
    try {
      return (await message(child(PROCESS, undefined, {}))) as { readonly rows: TargetRow[] }
    } finally {
      end()
    }
  },
}
