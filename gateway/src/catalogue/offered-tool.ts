// One tool as a target offers it, judged by itself: name, hash, header declarations, schema limits. Whether it
// is approved is entries.ts; nothing here trusts what the target says of its tool.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject } from '../json/value.ts'
import { definitionHash } from './definition-hash.ts'
import type { ParamHeader } from './entry.ts'
import { headerDeclarations } from './header-declarations.ts'
import { qualifiedName } from './names.ts'
import { schemaFault } from './schema-limits.ts'
import { isLongerThan } from './size.ts'

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
  // Before anything that costs as much as the definition is long.
  if (isLongerThan(MAX_DEFINITION, definition)) return oversized(named, definition)
  const { inputSchema, outputSchema } = definition
  const input = isJsonObject(inputSchema) ? inputSchema : {}
  const declared = headerDeclarations(input)
  const broken =
    !isJsonObject(inputSchema) || inputSchema['type'] !== 'object'
      ? 'the input schema is not that of an object'
      : undefined
  const fault =
    broken ??
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

/** What is kept of it is its name: it is neither hashed nor scanned, and cannot be approved. */
function oversized(named: { name: string; bare: string }, definition: JsonObject): OfferedTool {
  return {
    name: named.bare,
    qualifiedName: named.name,
    definition: { name: definition['name'] ?? '' },
    inputSchema: {},
    hash: '',
    paramHeaders: [],
    fault: `the definition is larger than ${MAX_DEFINITION} characters`,
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
