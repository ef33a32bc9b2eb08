// Generates the policy schema of one tool from its approved input schema, by Cedar's own generator, one tool
// at a time: a property name that is no identifier fails a whole list, and then this tool alone is quarantined
// with the reason while the rest load (policy-audit §1.2, attacks P-16). Loading the generator takes long and what a
// schema makes it do is up to its author: only the worker of workshop.ts runs this.
// Before the generator: engine.ts says how WebAssembly is to be compiled.
import { cedar } from './engine.ts'
import type { Type } from '@cedar-policy/cedar-wasm/nodejs'
import { generateSchema } from '@cedar-policy/mcp-schema-generator-wasm'
import type { JsonObject } from '../json/value.ts'
import { identifierOf, NAMESPACE } from './names.ts'
import { APPLIES_TO, baseSchema, memberOf, type CedarSchema } from './request-schema.ts'
import {
  bindTool,
  declaredPart,
  mergeSchema,
  noSchema,
  type Quarantine,
  type ToolSchema,
} from './tool-schema.ts'

/** A namespace as the generator writes it. */
type Generated = Required<Omit<CedarSchema[string], 'annotations'>>
type ActionType = { readonly appliesTo: { readonly context: Type<string> } }

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
    const generated = generate(identifier, declaredPart(inputSchema))
    const parts = partsOf(generated, identifier, qualifiedName)
    const tool = bindTool(qualifiedName, inputSchema, JSON.stringify(parts))
    const refused = cedar.checkSchema(mergeSchema(baseSchema(), parts))
    if (refused !== undefined) throw new Error(refused.failed.map(messageOf).join('; '))
    return tool
  } catch (thrown) {
    return noSchema(messageOf(thrown as Error))
  }
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
      actions: { [action]: { memberOf: memberOf(action), appliesTo: { ...APPLIES_TO, context } } },
    },
  }
}

function messageOf({ message }: { readonly message: string }): string {
  return message
}
