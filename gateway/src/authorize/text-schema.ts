// The policy schema of a prompt and of the reading of resources (policy-audit §1.2): arguments that are text, and
// nothing that a generator would have to read. Types are written in place, so that they are named like no tool's.
import type { JsonObject } from '../json/value.ts'
import { isJsonObject } from '../json/raw-number.ts'
import type { Attribute, RecordType } from './input-type.ts'
import { NAMESPACE } from './names.ts'
import { APPLIES_TO, memberOf, recordType, type CedarSchema } from './request-schema.ts'
import type { ToolSchema } from './tool-schema.ts'

/** `inputSchema`: an object whose members are all strings. */
export function textSchema(action: string, { properties, required }: JsonObject): ToolSchema {
  const names = isJsonObject(properties) ? Object.keys(properties) : []
  const needed = Array.isArray(required) ? required : []
  const input: RecordType = {
    kind: 'record',
    attributes: new Map(
      names.map((name): [string, Attribute] => [
        name,
        { type: { kind: 'string' }, required: needed.includes(name) },
      ]),
    ),
  }
  const members = names.map((name) => [name, needed.includes(name), { type: 'String' }] as const)
  const context = recordType([['input', true, recordType(members)]])
  const parts: CedarSchema = {
    [NAMESPACE]: {
      entityTypes: {},
      commonTypes: {},
      actions: { [action]: { memberOf: memberOf(action), appliesTo: { ...APPLIES_TO, context } } },
    },
  }
  return { action, input, parts: JSON.stringify(parts) }
}
