// What the lists of each target cost a model (ux.md §5): clients put name, description and input schema of every listed tool
// before each conversation. Tokens are an ESTIMATE, at four bytes each: every model counts differently.
import type { Catalogue, CatalogueEntry } from './entry.ts'

export type ContextCost = {
  readonly tools: number
  readonly bytes: number
  /** An estimate. */
  readonly tokens: number
  /** Names that a client's own prefix pushes over the limit of models, at `/mcp`. */
  readonly longNames: readonly string[]
}

const BYTES_PER_TOKEN = 4
/** Models take names of 64 characters; clients put something like `mcp__gateway__` before them. */
const ROOM_FOR_NAME = 64 - 'mcp__gateway__'.length

/** Of every target that offers tools which may be listed. */
export function contextCosts({ entries }: Catalogue): ReadonlyMap<string, ContextCost> {
  const costs = new Map<string, ContextCost>()
  for (const entry of entries.values()) {
    if (entry.kind !== 'tool' || entry.pin !== 'approved' || entry.quarantined !== undefined) {
      continue
    }
    const before = costs.get(entry.target) ?? NONE
    const bytes = before.bytes + bytesOf(entry)
    const { qualifiedName } = entry
    const isLong = qualifiedName.length > ROOM_FOR_NAME
    costs.set(entry.target, {
      tools: before.tools + 1,
      bytes,
      tokens: Math.ceil(bytes / BYTES_PER_TOKEN),
      longNames: isLong ? [...before.longNames, qualifiedName] : before.longNames,
    })
  }
  return costs
}

const NONE: ContextCost = { tools: 0, bytes: 0, tokens: 0, longNames: [] }

function bytesOf({ qualifiedName, wire, inputSchema }: CatalogueEntry): number {
  const seen = { name: qualifiedName, description: wire['description'], inputSchema }
  return Buffer.byteLength(JSON.stringify(seen))
}
