// One tool as a target offers it, judged by itself: name, hash, header declarations, schema limits. Whether it
// is approved is entries.ts; nothing here trusts what the target says of its tool.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject } from '../json/value.ts'
import { definitionHash } from './definition-hash.ts'
import type { ParamHeader } from './entry.ts'
import { headerDeclarations } from './header-declarations.ts'
import { qualifiedName } from './names.ts'
import { schemaFault } from './schema-limits.ts'

export type OfferedTool = {
  readonly name: string
  readonly qualifiedName: string
  readonly definition: JsonObject
  readonly inputSchema: JsonObject
  readonly hash: string
  readonly paramHeaders: readonly ParamHeader[]
  /** Why it is not fit, in words. */
  readonly fault: string | undefined
}

const MAX_DEFINITION = 262_144

/** `fault` alone: it has not even a name to list it under. */
export function judgeTool(
  target: string,
  definition: JsonObject,
): OfferedTool | { readonly fault: string } {
  const named = qualifiedName(target, definition['name'])
  if ('fault' in named) return named
  const { inputSchema, outputSchema } = definition
  const input = isJsonObject(inputSchema) ? inputSchema : {}
  const declared = headerDeclarations(input)
  const broken =
    !isJsonObject(inputSchema) || inputSchema['type'] !== 'object'
      ? 'the input schema is not that of an object'
      : undefined
  const size = JSON.stringify(definition).length
  const fault =
    broken ??
    (size > MAX_DEFINITION ? `the definition is larger than ${MAX_DEFINITION} bytes` : undefined) ??
    schemaFault(input) ??
    (outputSchema === undefined ? undefined : schemaFault(outputSchema)) ??
    ('fault' in declared ? declared.fault : undefined)
  return {
    name: named.bare,
    qualifiedName: named.name,
    definition,
    inputSchema: input,
    hash: hashOrNothing(definition),
    paramHeaders: 'fault' in declared ? [] : declared.headers,
    fault,
  }
}

/** An empty hash equals no pin. */
function hashOrNothing(definition: JsonObject): string {
  try {
    return definitionHash(definition)
  } catch {
    return ''
  }
}
