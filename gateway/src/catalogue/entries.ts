// The entries of one target: what it offers against what was approved (policy-audit §1.6). What goes on the
// wire and into the policy schema is the approved definition, never a newer one.
import type { CatalogueEntry } from './entry.ts'
import type { OfferedTool } from './offered-tool.ts'
import type { Approver } from './pins.ts'
import type { SeenTools } from './seen.ts'
import { withOwnWords } from './own-words.ts'
import { factsOf } from './settings.ts'
import type { CatalogueTarget } from './settings.ts'

/** What was approved under one name, judged once. */
export type ApprovedTool = {
  readonly hash: string
  /** `undefined`: the definition was not written down. */
  readonly tool: OfferedTool | undefined
  readonly approvedAtMs: number
  /** `undefined`: the baseline. */
  readonly by: Approver | undefined
}

const GONE = 'the target no longer offers it'

/**
 * `unfitWords`: why descriptions of the configuration are not shown. `offered` undefined: the target could not be asked; what was approved stands, but not what had changed when it was
 * last seen.
 */
export function entriesOf(
  target: CatalogueTarget,
  offered: readonly OfferedTool[] | undefined,
  approved: ReadonlyMap<string, ApprovedTool>,
  seen: SeenTools,
  unfitWords: ReadonlyMap<string, string>,
): readonly CatalogueEntry[] {
  return entriesAsOffered(target, offered, approved, seen).map((entry) =>
    inOwnWords(target, entry, unfitWords),
  )
}

/** What clients see of it; what was approved stays what the target offers. */
function inOwnWords(
  target: CatalogueTarget,
  entry: CatalogueEntry,
  unfitWords: ReadonlyMap<string, string>,
): CatalogueEntry {
  const wire = withOwnWords(target, entry.name, entry.wire)
  if (wire === entry.wire) return entry
  return { ...entry, wire, quarantined: entry.quarantined ?? unfitWords.get(entry.name) }
}

function entriesAsOffered(
  target: CatalogueTarget,
  offered: readonly OfferedTool[] | undefined,
  approved: ReadonlyMap<string, ApprovedTool>,
  seen: SeenTools,
): readonly CatalogueEntry[] {
  const entries: CatalogueEntry[] = []
  const names = new Set<string>()
  for (const tool of offered ?? []) {
    names.add(tool.name)
    entries.push(offeredEntry(target, tool, approved.get(tool.name)))
  }
  for (const [name, { hash, tool }] of approved) {
    if (names.has(name) || tool === undefined) continue
    const last = seen.get(name)?.hash
    const gone = offered !== undefined || last === ''
    const pin = gone || last === undefined || last === hash ? 'approved' : 'changed'
    const quarantined = unfit(target, tool) ?? (gone ? GONE : undefined)
    entries.push({ ...entryOf(target, { ...tool, hash }), pin, quarantined })
  }
  return entries
}

function offeredEntry(
  target: CatalogueTarget,
  tool: OfferedTool,
  approved: ApprovedTool | undefined,
): CatalogueEntry {
  const unchanged = approved?.hash === tool.hash
  const shown = approved?.tool ?? (unchanged ? tool : undefined)
  const quarantined = tool.fault ?? unfit(target, shown ?? tool)
  if (approved === undefined || shown === undefined) {
    return { ...entryOf(target, tool), pin: 'pending', quarantined }
  }
  const pin = unchanged ? 'approved' : 'changed'
  return { ...entryOf(target, { ...shown, hash: approved.hash }), pin, quarantined }
}

/** Of itself, or because its arguments cannot be checked where they must be. */
function unfit(target: CatalogueTarget, tool: OfferedTool): string | undefined {
  return tool.fault ?? target.argumentFault?.(tool.inputSchema)
}

function entryOf(
  target: CatalogueTarget,
  tool: OfferedTool,
): Omit<CatalogueEntry, 'pin' | 'quarantined'> {
  const configured = Object.hasOwn(target.tools, tool.name) ? target.tools[tool.name] : undefined
  return {
    kind: 'tool',
    target: target.id,
    name: tool.name,
    qualifiedName: tool.qualifiedName,
    wire: tool.definition,
    inputSchema: tool.inputSchema,
    hash: tool.hash,
    facts: factsOf(configured),
    paramHeaders: tool.paramHeaders,
  }
}
