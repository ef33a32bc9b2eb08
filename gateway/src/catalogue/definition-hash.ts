// The hash of a tool's definition (policy-audit §1.6; attacks M-12): SHA-256 over the canonical form of what a
// model or a person goes by. Order of members does not count, nor that of `required` and `type` lists, which
// are sets and which servers write in any order.
import { createHash } from 'node:crypto'
import { canonicalJson } from '../json/canonical.ts'
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'

const HASHED = [
  'name',
  'title',
  'description',
  'inputSchema',
  'outputSchema',
  'annotations',
  'x-mcp-header',
]
const SETS = new Set(['required', 'type'])

/** Hex. Throws on what has no canonical form. */
export function definitionHash(definition: JsonObject): string {
  const hashed: Record<string, JsonValue> = {}
  for (const member of HASHED) {
    const value = definition[member]
    if (value !== undefined) hashed[member] = withSortedSets(value)
  }
  return createHash('sha256').update(canonicalJson(hashed)).digest('hex')
}

function withSortedSets(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => withSortedSets(item))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      SETS.has(name) && isStrings(member) ? member.toSorted() : withSortedSets(member),
    ]),
  )
}

function isStrings(value: JsonValue): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
