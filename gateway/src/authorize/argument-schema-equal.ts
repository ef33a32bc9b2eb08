// Equality of JSON values as JSON Schema has it (Core §4.2.2), for argument-schema.ts: members in any order, numbers by
// what they are worth. One text per value, so that many are compared in one go.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { isNumber, numberText } from './argument-schema-number.ts'

/** Equal values have one text, and no others have it. */
export function valueText(value: JsonValue, spend: (steps: number) => void): string {
  if (typeof value === 'string') {
    spend(1 + (value.length >> 4))
    return JSON.stringify(value)
  }
  spend(2)
  if (isNumber(value)) return numberText(value)
  if (isJsonObject(value)) return objectText(value, spend)
  if (Array.isArray(value)) {
    return `[${value.map((item: JsonValue) => valueText(item, spend)).join(',')}]`
  }
  return JSON.stringify(value)
}

function objectText(value: JsonObject, spend: (steps: number) => void): string {
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${valueText(value[name] as JsonValue, spend)}`)
  return `{${members.join(',')}}`
}
