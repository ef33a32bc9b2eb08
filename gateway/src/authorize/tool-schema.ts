// The policy schema of one tool: what generate-schema.ts made of its input schema, and the same as the converter
// reads it. A tool of which no schema can be made is quarantined alone (policy-audit §1.2).
import type { JsonObject } from '../json/value.ts'
import { bindInput } from './bind-input.ts'
import type { RecordType } from './input-type.ts'
import { identifierOf, NAMESPACE } from './names.ts'
import { namespaceOf, type CedarSchema, putAll } from './request-schema.ts'

export type ToolSchema = {
  readonly action: string
  /** Input as the converter knows it. */
  readonly input: RecordType
  /** Types and the one action of the tool, to be merged into the schema of the catalogue: a CedarSchema as JSON. */
  readonly parts: string
}
export type Quarantine = { readonly quarantined: string }

/** Throws in words where the parts do not belong to that input schema. */
export function bindTool(
  qualifiedName: string,
  inputSchema: JsonObject,
  parts: string,
): ToolSchema {
  const generated = JSON.parse(parts) as CedarSchema
  // Numbers as the gateway reads them are objects; the binder knows plain JSON.
  const plain = JSON.parse(JSON.stringify(declaredPart(inputSchema))) as JsonObject
  const input = bindInput(generated, NAMESPACE, `${identifierOf(qualifiedName)}Input`, plain)
  return { action: qualifiedName, input, parts }
}

/** Annotations of a schema that say nothing about types stay out: the generator is strict about them. */
export function declaredPart({ properties, required, $defs }: JsonObject): object {
  return { type: 'object', properties, required, $defs }
}

export function noSchema(why: string): Quarantine {
  return { quarantined: `no policy schema can be made of its input schema: ${why}` }
}

/** Adds the types and actions of `parts` to `schema`, which it returns. */
export function mergeSchema(schema: CedarSchema, parts: CedarSchema): CedarSchema {
  for (const [name, part] of Object.entries(parts)) {
    const home = namespaceOf(schema, name)
    putAll(home.entityTypes, part.entityTypes)
    putAll(home.actions, part.actions)
    putAll((home.commonTypes ??= {}), part.commonTypes ?? {})
  }
  return schema
}
