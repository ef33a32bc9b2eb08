// What a schema of a target may be (attacks M-15): bounded in depth and number, and self-contained. References
// that leave the document are never resolved, network ones never fetched; patterns are never compiled here.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonValue } from '../json/value.ts'

const MAX_DEPTH = 32
const MAX_SUBSCHEMAS = 1_000
/** Keywords whose members are schemas by name. */
const MAPS = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
])
/** Keywords whose value is data, not a schema. */
const DATA = new Set(['enum', 'const', 'default', 'examples', 'example'])
const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef']

/** Why this schema is not accepted, in words; `undefined`: it is. */
export function schemaFault(schema: JsonValue): string | undefined {
  let subschemas = 0

  function visit(value: JsonValue, depth: number): string | undefined {
    if (Array.isArray(value)) return first(value, depth)
    if (!isJsonObject(value)) return undefined
    if (depth > MAX_DEPTH) return `a schema is nested deeper than ${MAX_DEPTH}`
    subschemas += 1
    if (subschemas > MAX_SUBSCHEMAS) return `a schema has more than ${MAX_SUBSCHEMAS} subschemas`
    for (const keyword of REFERENCES) {
      const reference = value[keyword]
      // MUST NOT (MCP 2026-07-28, server/tools): network references are not dereferenced.
      if (
        reference !== undefined &&
        !(typeof reference === 'string' && reference.startsWith('#'))
      ) {
        return `${keyword} leaves the document`
      }
    }
    for (const [keyword, member] of Object.entries(value)) {
      if (DATA.has(keyword)) continue
      const fault =
        MAPS.has(keyword) && isJsonObject(member)
          ? first(Object.values(member), depth + 1)
          : visit(member, depth + 1)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  function first(values: readonly JsonValue[], depth: number): string | undefined {
    for (const value of values) {
      const fault = visit(value, depth)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  return visit(schema, 1)
}
