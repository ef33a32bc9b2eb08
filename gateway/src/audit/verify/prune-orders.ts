// Whether records that are gone at the front of a log were removed by order: a statement by a key that is believed must
// cover all of them (docs/audit-format.md, Pruned records).
import { basename } from 'node:path'
import { readPruneStatements, type SignedPrune } from '../prune-statement.ts'
import type { Findings } from './findings.ts'
import { logOf, type Trust } from './trust.ts'

export async function findRemoved(
  of: { readonly log: string; readonly path: string; readonly pruned: number },
  trust: Trust,
  { find }: Findings,
): Promise<void> {
  const file = basename(of.path)
  const statements = await readPruneStatements(of.path)
  let ordered = 0
  for (const [place, statement] of statements.entries()) {
    const fault = faultOf(statement, of.log, trust)
    if (fault === undefined) ordered = Math.max(ordered, statement?.until ?? 0)
    else find({ code: 'prune_statement', file, what: `statement ${place + 1} ${fault}` })
  }
  if (of.pruned <= ordered) return
  const what = `${of.pruned} records are not there, and ${ordered === 0 ? 'nobody ordered to prune any' : `those that were ordered to go are ${ordered}`}`
  find({ code: 'removed_records', file, what })
}

function faultOf(
  statement: SignedPrune | undefined,
  log: string,
  trust: Trust,
): string | undefined {
  if (statement === undefined) return 'is none'
  if (!trust.isTrusted(statement)) return 'is signed by no key that is believed'
  return logOf(statement) === log ? undefined : `is about the log ${logOf(statement)}`
}
