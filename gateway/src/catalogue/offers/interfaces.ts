// Which tools name which interface (MCP Apps: `_meta.ui.resourceUri` of a tool, a URI of the scheme `ui`): whoever may see
// none of the tools that name one does not read it either (protocol §5).
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject } from '../../json/value.ts'
import type { CatalogueEntry } from '../entry.ts'

type Naming = Pick<CatalogueEntry, 'kind' | 'target' | 'qualifiedName' | 'wire'>

/** By target, then by URI: qualified names. */
export function interfacesOf(
  entries: Iterable<Naming>,
): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, Map<string, string[]>>()
  for (const { kind, target, qualifiedName, wire } of entries) {
    const uri = kind === 'tool' ? interfaceOf(wire) : undefined
    if (uri === undefined) continue
    const own = found.get(target) ?? new Map<string, string[]>()
    found.set(target, own)
    own.set(uri, [...(own.get(uri) ?? []), qualifiedName])
  }
  return found
}

function interfaceOf({ _meta: meta }: JsonObject): string | undefined {
  if (!isJsonObject(meta)) return undefined
  const ui = meta['ui']
  const uri = isJsonObject(ui) ? ui['resourceUri'] : meta['ui/resourceUri']
  return typeof uri === 'string' ? uri : undefined
}
