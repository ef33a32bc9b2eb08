// The policy schema of a whole catalogue, from the approved definitions. A tool whose definition has changed
// stays in with the approved one, a tool that is gone or quarantined elsewhere too, so that policies that name
// it stay valid; a pending tool was never approved and is not in (policy-audit §1.2). What was made before, or is
// remembered from an earlier start, is not made again. Prompts and resources have only text for arguments.
import { createHash } from 'node:crypto'
import type { Catalogue, CatalogueEntry } from '../catalogue/entry.ts'
import type { JsonObject } from '../json/value.ts'
import type { KeptSchemas } from './kept-schemas.ts'
import { identifierOf } from './names.ts'
import { baseSchema, withCircumstances, type CedarSchema } from './request-schema.ts'
import { textSchema } from './text-schema.ts'
import { bindTool, mergeSchema, type Quarantine, type ToolSchema } from './tool-schema.ts'
import type { Generated, ToolToGenerate } from './workshop.ts'

export type CatalogueSchema = {
  readonly version: string
  /** Of prompts and resources too. */
  readonly tools: ReadonlyMap<string, ToolSchema>
  /** Tools that have no policy schema: neither listed nor callable. */
  readonly quarantined: ReadonlyMap<string, string>
  readonly made: Made
}
/** What was made of which input schema, so that a reload makes only what has changed. */
type Made = ReadonlyMap<string, { readonly from: string; readonly tool: ToolSchema | Quarantine }>

export type SchemaSources = {
  readonly before?: Made | undefined
  readonly kept?: KeptSchemas | undefined
  readonly generate: (tools: readonly ToolToGenerate[]) => Promise<readonly Generated[]>
  /** Awaited between two tools: lets the loop turn. */
  readonly pause?: () => Promise<unknown>
}

export async function schemaOf(
  catalogue: Catalogue,
  sources: SchemaSources,
): Promise<CatalogueSchema> {
  const entries = approved(catalogue)
  const asked = entries
    .filter(({ kind }) => kind === 'tool')
    .map(({ qualifiedName, inputSchema }) => {
      return { name: qualifiedName, inputSchema, from: JSON.stringify(inputSchema) }
    })
  const made = await make(asked, sources)
  const tools = new Map<string, ToolSchema>()
  const quarantined = new Map<string, string>()
  const taken = new Map<string, string>()
  const hash = createHash('sha256')
  for (const { name, from } of asked) {
    const identifier = identifierOf(name)
    const first = taken.get(identifier)
    const { tool } = made.get(name) as { tool: ToolSchema | Quarantine }
    if (first !== undefined) {
      quarantined.set(name, `its policy types are named like those of \`${first}\``)
    } else if ('quarantined' in tool) {
      quarantined.set(name, tool.quarantined)
    } else {
      taken.set(identifier, name)
      tools.set(name, tool)
      hash.update(JSON.stringify([name, from]))
    }
  }
  for (const { kind, qualifiedName, inputSchema } of entries) {
    if (kind === 'tool') continue
    const schema = textSchema(qualifiedName, inputSchema)
    tools.set(qualifiedName, schema)
    hash.update(schema.parts)
  }
  return { version: hash.digest('hex').slice(0, 16), tools, quarantined, made }
}

type Asked = ToolToGenerate & { readonly from: string }

/** Made before, else kept, else generated. */
async function make(
  asked: readonly Asked[],
  { before, kept, generate, pause }: SchemaSources,
): Promise<Made> {
  const made = new Map<string, { from: string; tool: ToolSchema | Quarantine }>()
  const unmade: Asked[] = []
  for (const one of asked) {
    const former = before?.get(one.name)
    if (former?.from === one.from) made.set(one.name, former)
    else unmade.push(one)
  }
  const known = (await kept?.read(unmade)) ?? new Map<string, string>()
  const missing: Asked[] = []
  for (const { name, inputSchema, from } of unmade) {
    const parts = known.get(name)
    const tool = parts === undefined ? undefined : bindKept(name, inputSchema, parts)
    if (tool === undefined) missing.push({ name, inputSchema, from })
    else made.set(name, { from, tool })
    await pause?.()
  }
  if (missing.length === 0) return made
  const generated = await generate(missing)
  for (const [at, { name, inputSchema, from }] of missing.entries()) {
    const one = generated[at] as Generated
    const tool = 'parts' in one ? bindTool(name, inputSchema, one.parts) : one
    // What took too long is tried again by the next load.
    made.set(name, { from: 'passing' in one ? '' : from, tool })
    await pause?.()
  }
  kept?.write(missing.map((tool, at) => ({ ...tool, generated: generated[at] as Generated })))
  return made
}

/** A row that does not fit counts as none. */
function bindKept(name: string, inputSchema: JsonObject, parts: string): ToolSchema | undefined {
  try {
    return bindTool(name, inputSchema, parts)
  } catch {
    return undefined
  }
}

/** As policies are validated against it. */
export function fullSchema({ tools }: Pick<CatalogueSchema, 'tools'>): CedarSchema {
  const full = baseSchema()
  for (const { parts } of tools.values()) mergeSchema(full, JSON.parse(parts) as CedarSchema)
  return withCircumstances(full)
}

/** Names that are identifiers come first, so that a look-alike of one of them is the one that stays out. */
function approved(catalogue: Catalogue): readonly CatalogueEntry[] {
  const rank = ({ qualifiedName }: CatalogueEntry) =>
    `${identifierOf(qualifiedName) === qualifiedName ? 0 : 1}${qualifiedName}`
  return [...catalogue.entries.values()]
    .filter((entry) => entry.pin !== 'pending')
    .toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
}
