// The claims of one token, and how a claim is read: by its own name or by JSON Pointer, of the expected type
// or not at all. A Map and own members only: a claim named `__proto__` is a name like any other (attacks J-11).
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'

export type Claims = ReadonlyMap<string, JsonValue>

export function claimsOf(object: JsonObject): Claims {
  return new Map(Object.entries(object))
}

/** The value at a claim name, or at a JSON Pointer (RFC 6901) where `path` starts with a slash. */
export function claimAt(claims: Claims, path: string): JsonValue | undefined {
  if (!path.startsWith('/')) return present(claims.get(path))
  const [first, ...rest] = path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  let value = claims.get(first as string)
  for (const step of rest) {
    if (!isJsonObject(value) || !Object.hasOwn(value, step)) return undefined
    value = value[step]
  }
  return present(value)
}

/** A string that is not empty. */
export function textClaim(claims: Claims, name: string): string | undefined {
  const value = claims.get(name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Seconds since the epoch: an integer, not negative, exact. Not a float, not a string (attacks J-09). */
export function timeClaim(claims: Claims, name: string): number | undefined {
  const value = claims.get(name)
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

export function isTexts(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

// A claim that is null says nothing (RFC 7519 §4 knows no null).
function present(value: JsonValue | undefined): JsonValue | undefined {
  return value === null ? undefined : value
}
