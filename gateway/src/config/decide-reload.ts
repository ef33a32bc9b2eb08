// What to do with a configuration that was loaded again: nothing, keep the last good one, or apply the new one.
// Pure: the caller applies, all or nothing (F-21).
import type { LoadResult, Loaded } from './load.ts'
import { pathText } from './problem.ts'
import type { PathKey, Problem } from './problem.ts'
import { memberOf } from './schema-node.ts'

/** Settings that a running process cannot take back: listeners are open, the state folder is in use. */
const AT_START = [
  'publicUrl',
  'listen',
  'operations',
  'stateFolder',
  'limits.connections',
  'limits.connectionsPerAddress',
  'audit',
  'log',
] as const

export type ReloadDecision =
  | { readonly action: 'nothing' }
  | { readonly action: 'keep'; readonly problems: readonly Problem[] }
  | {
      readonly action: 'apply'
      readonly loaded: Loaded
      /** Where the two differ, for the log and the audit; names alone, no values. */
      readonly changed: readonly string[]
      /** Those of them that take effect at the next start only. */
      readonly afterRestart: readonly string[]
    }

export function decideReload(current: Loaded, result: LoadResult): ReloadDecision {
  if ('problems' in result) return { action: 'keep', problems: result.problems }
  if (result.digest === current.digest) return { action: 'nothing' }
  const changed = differences(current.config, result.config, [])
  const afterRestart = changed.filter(isForStart)
  return { action: 'apply', loaded: result, changed, afterRestart }
}

/** Whether a change of the setting waits for the next start. */
export function isForStart(path: string): boolean {
  return AT_START.some((start) => path === start || path.startsWith(`${start}.`))
}

function differences(before: unknown, after: unknown, path: readonly PathKey[]): string[] {
  if (Object.is(before, after)) return []
  if (!isMap(before) || !isMap(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [pathText(path)]
  }
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].flatMap((key) =>
    differences(memberOf(before, key), memberOf(after, key), [...path, key]),
  )
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
