// The static list of a target's tools (`onlyTools`): what is not on it is as if the target did not offer it. It is neither
// judged, pinned, listed nor callable, no policy can be about it, and the operator is shown its name. What a tool that
// is left out names stays hidden with it (protocol §5, `ui://`).
import type { JsonObject } from '../json/value.ts'
import type { CatalogueEntry } from './entry.ts'
import { qualifiedName } from './names.ts'
import type { CatalogueTarget } from './settings.ts'

export type LeftOut = Pick<CatalogueEntry, 'kind' | 'target' | 'name' | 'qualifiedName' | 'wire'>

export type Sifted = {
  readonly kept: readonly JsonObject[]
  readonly leftOut: readonly LeftOut[]
  /** What the list names and the target does not offer, in words. */
  readonly missing: readonly string[]
}

type Listed = Pick<CatalogueTarget, 'id' | 'onlyTools'>

export function siftTools(target: Listed, definitions: readonly JsonObject[]): Sifted {
  const { id, onlyTools } = target
  if (onlyTools === undefined) return { kept: definitions, leftOut: [], missing: [] }
  const kept: JsonObject[] = []
  const leftOut = new Map<string, LeftOut>()
  const offered = new Set<unknown>()
  for (const definition of definitions) {
    offered.add(definition['name'])
    const named = qualifiedName(id, definition['name'])
    // What has no name is reported with the others that have none.
    if ('fault' in named || onlyTools.includes(named.bare)) kept.push(definition)
    else leftOut.set(named.bare, leftOutOf(id, named, definition))
  }
  const missing = onlyTools
    .filter((name) => !offered.has(name))
    .map((name) => `\`onlyTools\` names \`${name}\`, which the target does not offer`)
  return { kept, leftOut: [...leftOut.values()], missing }
}

/** Whether the list has it; without a list everything is on it. */
export function isListed({ onlyTools }: Pick<Listed, 'onlyTools'>, name: string): boolean {
  return onlyTools === undefined || onlyTools.includes(name)
}

/** Of its definition only what says which interface it names. */
function leftOutOf(
  target: string,
  { name, bare }: { readonly name: string; readonly bare: string },
  { _meta: meta }: JsonObject,
): LeftOut {
  const wire = meta === undefined ? {} : { _meta: meta }
  return { kind: 'tool', target, name: bare, qualifiedName: name, wire }
}
