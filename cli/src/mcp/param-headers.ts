// `Mcp-Param-*` headers of a call, from the `x-mcp-header` declarations in the tool's input schema
// (SEP-2243): string, integer and boolean properties reached through `properties` alone.
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { headerValue } from './header-value.ts'
import { objectOf } from './shape.ts'

export function paramHeaders(
  schema: JsonValue | undefined,
  args: JsonObject,
): Record<string, string> {
  const headers: Record<string, string> = {}
  collect(schema, args, headers)
  return headers
}

function collect(
  schema: JsonValue | undefined,
  value: JsonValue | undefined,
  headers: Record<string, string>,
): void {
  const declared = objectOf(schema)
  const name = declared?.['x-mcp-header']
  const text = textOf(value)
  if (typeof name === 'string' && TOKEN.test(name) && text !== undefined) {
    headers[`mcp-param-${name.toLowerCase()}`] = headerValue(text)
  }
  const given = objectOf(value)
  if (given === undefined) return
  for (const [member, child] of Object.entries(objectOf(declared?.['properties']) ?? {})) {
    if (Object.hasOwn(given, member)) collect(child, given[member], headers)
  }
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Absent and null values, and what no header can carry, are left out. */
function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return undefined
}
