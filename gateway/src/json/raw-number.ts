// Raw numbers: numbers kept as the text that was read, because a double does not reproduce it (M-28).
// The language has them (`JSON.rawJSON`), its type library does not yet.
import type { JsonObject, JsonValue, RawNumber } from './value.ts'

type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown
const json = JSON as unknown as {
  rawJSON: (text: string) => RawNumber
  isRawJSON: (value: unknown) => value is RawNumber
  parse: (text: string, reviver: Reviver) => unknown
}

/** `text` must be the text of one JSON number. */
export function rawNumber(text: string): RawNumber {
  return json.rawJSON(text)
}

export function isRawNumber(value: unknown): value is RawNumber {
  return json.isRawJSON(value)
}

/** True for `{…}` alone: not for arrays, null and raw numbers. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}

/** JSON.parse, but a number that would be written differently than it was read becomes a raw number. */
export function parseKeepingNumbers(text: string): unknown {
  return json.parse(text, keepText)
}

function keepText(_name: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined) return value
  // A template writes -0 as "0", which differs from its source: it becomes raw, as it must.
  return `${value}` === context.source ? value : rawNumber(context.source)
}
