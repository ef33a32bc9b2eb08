// The policy schema of a whole catalogue, from the approved definitions. A tool whose definition has changed
// stays in with the approved one, a tool that is gone or quarantined elsewhere too, so that policies that name
// it stay valid; a pending tool was never approved and is not in (policy-audit §1.2).
import { createHash } from 'node:crypto'
import type { Catalogue, CatalogueEntry } from '../catalogue/entry.ts'
import { cedar } from './engine.ts'
import { identifierOf } from './names.ts'
import { baseSchema, type CedarSchema } from './request-schema.ts'
import { generateToolSchema, mergeSchema, type Quarantine, type ToolSchema } from './tool-schema.ts'

export type CatalogueSchema = {
  readonly version: string
  readonly full: CedarSchema
  readonly tools: ReadonlyMap<string, ToolSchema>
  /** Tools that have no policy schema: neither listed nor callable. */
  readonly quarantined: ReadonlyMap<string, string>
  readonly made: Made
}
/** What was generated for which input schema, so that a reload generates only what has changed. */
type Made = ReadonlyMap<string, { readonly from: string; readonly tool: ToolSchema | Quarantine }>

export function schemaOf(catalogue: Catalogue, before: Made = new Map()): CatalogueSchema {
  const made = new Map<string, { from: string; tool: ToolSchema | Quarantine }>()
  const tools = new Map<string, ToolSchema>()
  const quarantined = new Map<string, string>()
  const taken = new Map<string, string>()
  const full = baseSchema()
  const hash = createHash('sha256')
  for (const { qualifiedName, inputSchema } of approved(catalogue)) {
    const identifier = identifierOf(qualifiedName)
    const first = taken.get(identifier)
    if (first !== undefined) {
      quarantined.set(qualifiedName, `its policy types are named like those of \`${first}\``)
      continue
    }
    const from = JSON.stringify(inputSchema)
    const known = before.get(qualifiedName)
    const tool = known?.from === from ? known.tool : generateToolSchema(qualifiedName, inputSchema)
    made.set(qualifiedName, { from, tool })
    if ('quarantined' in tool) {
      quarantined.set(qualifiedName, tool.quarantined)
      continue
    }
    taken.set(identifier, qualifiedName)
    tools.set(qualifiedName, tool)
    mergeSchema(full, tool.parts)
    hash.update(JSON.stringify([qualifiedName, from]))
  }
  return { version: hash.digest('hex').slice(0, 16), full, tools, quarantined, made }
}

/** The schema as text, for operators and for the AgentCore console. */
export function schemaText(schema: CatalogueSchema): string {
  return cedar.schemaText(schema.full) ?? JSON.stringify(schema.full, undefined, 2)
}

/** Names that are identifiers come first, so that a look-alike of one of them is the one that stays out. */
function approved(catalogue: Catalogue): readonly CatalogueEntry[] {
  const rank = ({ qualifiedName }: CatalogueEntry) =>
    `${identifierOf(qualifiedName) === qualifiedName ? 0 : 1}${qualifiedName}`
  return [...catalogue.entries.values()]
    .filter((entry) => entry.pin !== 'pending')
    .toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
}
