// The strict reader of everything that comes from outside (RFC 8259, narrowed; attacks M-02, M-28, D-04):
// one pass over the bytes for what JSON.parse tolerates or loses (duplicate members, lone surrogates,
// depth, size, numbers that a double alters), then JSON.parse for the value and for the last word on
// the grammar. A member `__proto__` becomes an own property and touches no prototype.
import { isUtf8 } from 'node:buffer'

import type { JsonFailure, JsonLimits } from './limits.ts'
import { parseKeepingNumbers } from './raw-number.ts'
import { scan } from './scan.ts'
import type { JsonValue } from './value.ts'

export { DEFAULT_JSON_LIMITS } from './limits.ts'
export type { JsonFailure, JsonLimits } from './limits.ts'

/** Never throws. A number that its double does not reproduce to the letter comes as a raw number. */
export function readJson(
  bytes: Buffer,
  limits: JsonLimits,
): { readonly value: JsonValue } | JsonFailure {
  // MUST NOT (RFC 8259 §8.1): no byte order mark.
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return failAtStart('bom')
  // MUST (RFC 8259 §8.1): UTF-8; surrogates encoded in it are not UTF-8.
  if (!isUtf8(bytes)) return failAtStart('encoding')
  const scanned = scan(bytes, limits)
  if (typeof scanned === 'object') return scanned
  const text = bytes.toString('utf8')
  try {
    const value = scanned === 'raw' ? parseKeepingNumbers(text) : JSON.parse(text)
    return { value: value as JsonValue }
  } catch {
    // Control characters deep inside a long string, which the scan jumps over.
    return failAtStart('syntax')
  }
}

function failAtStart(failure: JsonFailure['failure']): JsonFailure {
  return { failure, offset: 0, path: '' }
}
