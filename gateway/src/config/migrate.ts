// `sallyport config migrate`: a file as today's version would have it. Its version stands in the file (`version`); a file
// without one is of version 1. Nothing is written here, and a file that needs no step is not touched but for its mark.
import type { Document } from 'yaml'
import { documentText, parseForEdit } from './format.ts'
import { lineDiff, type LineChange } from './line-diff.ts'
import {
  CHANGED_MEANINGS,
  CONFIG_VERSION,
  MIGRATION_STEPS,
  type ChangedMeaning,
  type MigrationStep,
} from './migrations.ts'
import type { Problem } from './problem.ts'
import { readYaml } from './read-yaml.ts'
import { memberOf } from './schema-node.ts'

export type Migrated = {
  readonly from: number
  readonly to: number
  /** The file has no `version` yet. */
  readonly unmarked: boolean
  /** What each step changed, in words. */
  readonly steps: readonly string[]
  /** What a file without a mark is taken for that it may not have been. */
  readonly meanings: readonly string[]
  readonly text: string
  readonly diff: readonly (LineChange | undefined)[]
}

type Versions = { readonly current: number; readonly steps: readonly MigrationStep[] }
const TODAY: Versions = { current: CONFIG_VERSION, steps: MIGRATION_STEPS }

/** `file` is where the text lies. */
export function migrateConfig(
  text: string,
  file: string,
  { current, steps }: Versions = TODAY,
): Migrated | { readonly problems: readonly Problem[] } | { readonly newer: number } {
  const read = parseForEdit(text, file)
  if ('problems' in read) return read
  const { document } = read
  const { value } = readYaml(text, {}).tree
  const marked = memberOf(value, 'version')
  const unmarked = marked === undefined
  const from = typeof marked === 'number' ? marked : 1
  if (from > current) return { newer: from }
  const due = steps.filter(({ to }) => to > from)
  for (const { apply } of due) apply(document)
  const migrated = withMark(due.length === 0 ? text : documentText(document), current, {
    unmarked,
    document,
    from,
  })
  return {
    from,
    to: current,
    unmarked,
    steps: due.map(({ what }) => what),
    meanings: unmarked ? CHANGED_MEANINGS.filter(isOpenIn(value)).map(({ what }) => what) : [],
    text: migrated,
    diff: lineDiff(text, migrated),
  }
}

/** The mark goes before the first key, so that nothing else of the file moves. */
function withMark(
  text: string,
  current: number,
  { unmarked, document, from }: { unmarked: boolean; document: Document; from: number },
): string {
  if (!unmarked && from === current) return text
  if (!unmarked) {
    document.set('version', current)
    return documentText(document)
  }
  const first = text.split('\n').findIndex((line) => /^[^#\s]/.test(line))
  const lines = text.split('\n')
  if (first === -1 || /^[{[]/.test(lines[first] ?? '')) {
    document.set('version', current)
    return documentText(document)
  }
  return lines.toSpliced(first, 0, `version: ${current}`).join('\n')
}

/** A setting that the file has is a choice that was made; for targets, all of them must have made it. */
function isOpenIn(value: unknown): (meaning: ChangedMeaning) => boolean {
  return ({ setting }) => {
    if (setting === undefined) return true
    const [first = '', second, third = ''] = setting.split('.')
    const found = memberOf(value, first)
    if (second === undefined) return found === undefined
    if (typeof found !== 'object' || found === null) return false
    return Object.keys(found).some((id) => memberOf(memberOf(found, id), third) === undefined)
  }
}
