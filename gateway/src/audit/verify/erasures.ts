// Whether those who are marked as erased in the side files were erased by order: a record `erased` names their keys
// (docs/audit-format.md, Personal values). Such a record may have been pruned: then nothing is found, and it is said.
import type { Finding } from './findings.ts'

export type Erasures = {
  /** File of the side file to the keys that it marks as erased. */
  readonly marked: ReadonlyMap<string, ReadonlySet<string>>
  /** Records about the log itself, of all logs, as JSON text. */
  readonly notable: Iterable<string>
}

export function findUnordered({ marked, notable }: Erasures): readonly Finding[] {
  const ordered = new Set<unknown>()
  for (const text of notable) {
    const { kind, detail } = JSON.parse(text) as { kind?: string; detail?: { keys?: unknown } }
    if (kind !== 'erased' || !Array.isArray(detail?.keys)) continue
    for (const key of detail.keys) ordered.add(key)
  }
  return [...marked].flatMap(([file, keys]) =>
    [...keys]
      .filter((key) => !ordered.has(key))
      .map((key) => ({
        code: 'erased_without_order',
        file,
        what: `the key \`${key}\` is marked as erased, and no record says that anybody ordered it`,
      })),
  )
}
