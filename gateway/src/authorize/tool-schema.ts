// The policy schema of one tool, generated from its approved input schema by Cedar's own generator, one tool
// at a time: a property name that is no identifier fails a whole list, and then this tool alone is quarantined
// with the reason while the rest load (policy-audit §1.2, attacks P-16).
import type { Type } from '@cedar-policy/cedar-wasm/nodejs'
import { generateSchema } from '@cedar-policy/mcp-schema-generator-wasm'
import type { JsonObject } from '../json/value.ts'
import { bindInput } from './bind-input.ts'
import { cedar } from './engine.ts'
import type { RecordType } from './input-type.ts'
import { identifierOf, NAMESPACE } from './names.ts'
import {
  APPLIES_TO,
  baseSchema,
  MEMBER_OF,
  namespaceOf,
  type CedarSchema,
} from './request-schema.ts'

export type ToolSchema = {
  readonly action: string
  /** Input as the converter knows it. */
  readonly input: RecordType
  /** Types and the one action of the tool, to be merged into the schema of the catalogue. */
  readonly parts: CedarSchema
}
/** A namespace as the generator writes it. */
type Generated = Required<Omit<CedarSchema[string], 'annotations'>>
type ActionType = { readonly appliesTo: { readonly context: Type<string> } }
export type Quarantine = { readonly quarantined: string }

const STUB = `namespace ${NAMESPACE} {
  @mcp_principal entity OAuthUser tags String;
  @mcp_principal entity OAuthClient tags String;
  @mcp_resource entity Gateway;
}`
const STUB_TYPES: ReadonlySet<string> = new Set(['Gateway', 'OAuthUser', 'OAuthClient'])
const OPTIONS = JSON.stringify({ objectsAsRecords: true, numbersAsDecimal: true })

export function generateToolSchema(
  qualifiedName: string,
  inputSchema: JsonObject,
): ToolSchema | Quarantine {
  try {
    const identifier = identifierOf(qualifiedName)
    // Annotations of the schema that say nothing about types stay out: the generator is strict about them.
    const { properties, required, $defs } = inputSchema
    const declared = { type: 'object', properties, required, $defs }
    const generated = generate(identifier, declared)
    const plain = JSON.parse(JSON.stringify(declared)) as JsonObject
    const input = bindInput(generated, NAMESPACE, `${identifier}Input`, plain)
    const parts = partsOf(generated, identifier, qualifiedName)
    const refused = cedar.checkSchema(mergeSchema(baseSchema(), parts))
    if (refused !== undefined) throw new Error(refused.failed.map(messageOf).join('; '))
    return { action: qualifiedName, input, parts }
  } catch (thrown) {
    const why = messageOf(thrown as Error)
    return { quarantined: `no policy schema can be made of its input schema: ${why}` }
  }
}

/** Adds the types and actions of `parts` to `schema`, which it returns. */
export function mergeSchema(schema: CedarSchema, parts: CedarSchema): CedarSchema {
  for (const [name, part] of Object.entries(parts)) {
    const home = namespaceOf(schema, name)
    Object.assign(home.entityTypes, part.entityTypes)
    Object.assign(home.actions, part.actions)
    Object.assign((home.commonTypes ??= {}), part.commonTypes)
  }
  return schema
}

function generate(name: string, inputSchema: object): CedarSchema {
  const answer = JSON.parse(
    generateSchema(STUB, JSON.stringify([{ name, inputSchema }]), OPTIONS),
  ) as { isOk: boolean; schemaJson: string; error: string }
  if (!answer.isOk) throw new Error(answer.error)
  return JSON.parse(answer.schemaJson) as CedarSchema
}

/** What the generator made, with the tool's own name as the action's and the groups, without the stub's types. */
function partsOf(generated: CedarSchema, identifier: string, action: string): CedarSchema {
  const { [NAMESPACE]: home, ...inner } = generated as Record<string, Generated>
  const { entityTypes, commonTypes, actions } = home as Generated
  const own = Object.entries(entityTypes).filter(([name]) => !STUB_TYPES.has(name))
  const { context } = (actions[identifier] as ActionType).appliesTo
  return {
    ...inner,
    [NAMESPACE]: {
      entityTypes: Object.fromEntries(own),
      commonTypes,
      actions: { [action]: { memberOf: MEMBER_OF, appliesTo: { ...APPLIES_TO, context } } },
    },
  }
}

function messageOf({ message }: { readonly message: string }): string {
  return message
}
