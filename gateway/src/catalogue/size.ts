// How large a definition of a target is, before anything that costs as much as it is long.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonValue } from '../json/value.ts'

/** In characters of JSON, roughly; counts no further than it has to. */
export function isLongerThan(most: number, value: JsonValue): boolean {
  let left = most
  const take = (part: JsonValue): boolean => {
    left -= typeof part === 'string' ? part.length + 2 : 4
    if (left < 0) return true
    if (Array.isArray(part)) return part.some((item: JsonValue) => take(item))
    if (!isJsonObject(part)) return false
    return Object.entries(part).some(([name, member]) => take(name) || take(member))
  }
  return take(value)
}
