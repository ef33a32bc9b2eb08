// Text from outside as it may stand in a record: capped, well formed, and without characters that a terminal
// or a viewer acts on. JSON escapes C0 controls by itself; C1 controls, line separators and marks that turn
// the direction of text are replaced, because the canonical form may not escape them (attacks H-17).
import { isRawNumber } from '../json/raw-number.ts'
import type { JsonValue } from '../json/value.ts'

const ACTS = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const REPLACEMENT = '\ufffd'

export function plainText(text: string, maxLength: number): string {
  const capped = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
  return capped.toWellFormed().replace(ACTS, REPLACEMENT)
}

const MAX_DEPTH = 8
const MAX_ITEMS = 64

/** Any value as JSON with all text plain, depth and length capped. What JSON has no form for is left out. */
export function plainValue(value: unknown, maxLength: number, depth = 0): JsonValue {
  switch (typeof value) {
    case 'string':
      return plainText(value, maxLength)
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'bigint':
      return value.toString()
    case 'object':
      if (value === null || isRawNumber(value)) return value
      return depth < MAX_DEPTH ? plainObject(value, maxLength, depth + 1) : '…'
    case 'undefined':
    case 'function':
    case 'symbol':
      return null
  }
}

function plainObject(value: object, maxLength: number, depth: number): JsonValue {
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item) => plainValue(item, maxLength, depth))
  }
  // No prototype: a member `__proto__` stays a member.
  const plain = Object.create(null) as Record<string, JsonValue>
  for (const [name, member] of Object.entries(value).slice(0, MAX_ITEMS)) {
    if (member !== undefined)
      plain[plainText(name, maxLength)] = plainValue(member, maxLength, depth)
  }
  return plain
}
