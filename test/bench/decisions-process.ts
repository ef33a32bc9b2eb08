// The figures about decisions, lists, explanations and changes of the catalogue, measured at the gateway's own parts in a
// process that does nothing else. `npm run bench -- --only decisions` starts it.
import type { TargetRow } from '../../bench/src/target-row.ts'
import { cachedDecision, readingDecision, tenThousand } from './decisions.ts'
import { explanations } from './explanations.ts'
import { catalogueChange, coldLists } from './lists.ts'
import { hand, progress } from './passes.ts'

await hand(async () => {
  const rows: TargetRow[] = []
  for (const [words, measure] of [
    ['decisions that read no argument', cachedDecision],
    ['decisions that read arguments, 50 policies', readingDecision],
    ['10,000 policies', tenThousand],
    ['lists of 1,000 tools', coldLists],
    ['explanations', explanations],
    ['500 tools change', catalogueChange],
  ] as const) {
    progress(words)
    rows.push(...(await measure()))
  }
  return rows
})
