// What stands under a path of member names. Neither the elements of an array nor the inside of a raw number have names:
// what is compared at the way in (in/param-headers.ts) and written at the way out (call/mcp/param-header.ts) is the same.
import { isJsonObject } from './raw-number.ts'
import type { JsonValue } from './value.ts'

export function valueAt(
  root: JsonValue | undefined,
  path: readonly string[],
): JsonValue | undefined {
  let value = root
  for (const member of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, member)) return undefined
    value = value[member]
  }
  return value
}
