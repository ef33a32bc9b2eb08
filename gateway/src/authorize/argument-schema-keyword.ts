// What a keyword of JSON Schema is to argument-schema.ts: it makes a check out of its value and the schema that it
// stands in, or says why it cannot.
import type { JsonObject, JsonValue } from '../json/value.ts'
import type { Matcher } from './argument-schema-pattern.ts'
import type { Check } from './argument-schema-run.ts'

/** `undefined`: it constrains nothing by itself. */
export type Keyword = (value: JsonValue, around: Surrounding) => Check | undefined

/** What a keyword needs of the schema that it stands in. */
export type Surrounding = {
  readonly schema: JsonObject
  readonly isDraft7: boolean
  readonly compile: (schema: JsonValue) => Check
  readonly pattern: (source: JsonValue) => Matcher
  /** Resolves a reference. */
  readonly at: (reference: JsonValue) => Check
}

export class UnsupportedSchema extends Error {
  override readonly name = 'UnsupportedSchema'
}

/** Throws, with a reason that follows "the input schema". */
export function unsupported(reason: string): never {
  throw new UnsupportedSchema(reason)
}

/** A number of things: also written as `2.0` (JSON Schema, Core §4.2.3). */
export function countOf(value: JsonValue): number {
  const count = Number(typeof value === 'object' && value !== null ? JSON.stringify(value) : value)
  const isCount = typeof value !== 'string' && typeof value !== 'boolean' && value !== null
  return isCount && Number.isSafeInteger(count) && count >= 0
    ? count
    : unsupported('has a limit of lengths that is no whole number')
}
