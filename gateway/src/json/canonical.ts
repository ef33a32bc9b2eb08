// JSON Canonicalization Scheme (RFC 8785): one text per value, for digests. Members are sorted by UTF-16
// code units (§3.2.3), numbers and strings are written as ECMAScript writes them (§3.2.2).
// Wider than the RFC in one point: a raw number is written as the text that was read, because its
// double would be another number.
import { isRawNumber } from './raw-number.ts'
import type { JsonObject, JsonValue } from './value.ts'

/** Throws a TypeError on what has no canonical form: numbers that are not finite, lone surrogates. */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string') return canonicalString(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('a number that is not finite has no JSON form')
    return `${value}`
  }
  if (value === null || typeof value === 'boolean') return `${value}`
  if (isRawNumber(value)) return value.rawJSON
  return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value as JsonObject)
}

function canonicalArray(values: readonly JsonValue[]): string {
  let text = '['
  for (const [index, value] of values.entries()) {
    if (index > 0) text += ','
    text += canonicalJson(value)
  }
  return `${text}]`
}

function canonicalObject(object: JsonObject): string {
  let text = '{'
  // The default order of sort() is by UTF-16 code units, which is what §3.2.3 asks for.
  for (const name of Object.keys(object).sort()) {
    if (text.length > 1) text += ','
    text += `${canonicalString(name)}:${canonicalJson(object[name] as JsonValue)}`
  }
  return `${text}}`
}

function canonicalString(text: string): string {
  // MUST (RFC 8785 §3.2.2.2): lone surrogates end with an error.
  if (!text.isWellFormed()) throw new TypeError('a string with a lone surrogate has no JSON form')
  return JSON.stringify(text)
}
