// `Mcp-Param-*` (SEP-2243): arguments that a tool declares with `x-mcp-header` travel in a header too, and the
// header must equal the body. Checked once the tool is known to be visible; decided is on the body alone.
import type { CatalogueEntry } from '../catalogue/entry.ts'
import { isRawNumber } from '../json/raw-number.ts'
import { valueAt } from '../json/value-at.ts'
import type { JsonValue } from '../json/value.ts'
import type { Refusal } from '../refusal.ts'
import { isSameDecimal } from './decimal.ts'
import { mismatch } from './envelope.ts'
import type { Inbound } from './inbound.ts'
import { decodeMirror } from './mirror.ts'

/** Declared headers against the arguments; `undefined`: they agree. */
export function checkParamHeaders(inbound: Inbound, entry: CatalogueEntry): Refusal | undefined {
  for (const declared of entry.paramHeaders) {
    const name = declared.header.toLowerCase()
    const value = valueAt(inbound.params['arguments'], declared.path)
    // MUST NOT (SEP-2243): no header is expected for an absent or null argument; one that came is not used.
    if (value === undefined || value === null) continue
    if (inbound.head.repeatedMirrors?.has(name) === true) {
      return mismatch(`\`${declared.header}\` more than once`, inbound.id)
    }
    const header = inbound.paramHeaders.get(name)
    if (header === undefined) {
      // The old era knows no such headers; one that comes all the same must not say something else.
      if (inbound.session !== undefined || !isMirrored(value)) continue
      return mismatch(`\`${declared.header}\` is missing`, inbound.id)
    }
    const decoded = decodeMirror(header)
    if (decoded === undefined || !equals(decoded, value)) {
      return mismatch(`\`${declared.header}\` is malformed or differs from the body`, inbound.id)
    }
  }
  return undefined
}

/** What came as `Mcp-Param-*` and no declaration of the tool explains: forwarded unused (SEP-2243). */
export function undeclaredParamHeaders(
  inbound: Inbound,
  entry: CatalogueEntry,
): ReadonlyMap<string, string> {
  if (inbound.paramHeaders.size === 0) return inbound.paramHeaders
  const undeclared = new Map(inbound.paramHeaders)
  for (const declared of entry.paramHeaders) undeclared.delete(declared.header.toLowerCase())
  return undeclared
}

/** Clients emit no header for integers beyond the safe range, nor for what is no primitive. */
function isMirrored(value: JsonValue): boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return true
  const number = isRawNumber(value) ? Number(value.rawJSON) : value
  if (typeof number !== 'number') return false
  return !Number.isInteger(number) || Number.isSafeInteger(number)
}

function equals(header: string, value: JsonValue): boolean {
  if (typeof value === 'string') return header === value
  if (typeof value === 'boolean') return header === `${value}`
  const text =
    typeof value === 'number' ? `${value}` : isRawNumber(value) ? value.rawJSON : undefined
  // SHOULD (SEP-2243): numbers are compared by value, here without a double between them.
  return text !== undefined && (header === text || isSameDecimal(header, text))
}
