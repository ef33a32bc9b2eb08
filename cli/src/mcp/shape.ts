// Narrowing of JSON that a server sent.
import { isRawNumber } from '@sallyport/gateway/json/raw-number.ts'
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'

/** A raw number is an object for JavaScript and a number for JSON. */
export function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return isRawNumber(value) ? undefined : (value as JsonObject)
}

export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  if (!Array.isArray(value)) return []
  return value.map((entry: JsonValue) => objectOf(entry)).filter((entry) => entry !== undefined)
}

export function stringOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
