// A row of the store about pins, read back strictly: what is not what was written is an error, never an approval.
import { isJsonObject } from '../json/raw-number.ts'
import { DEFAULT_JSON_LIMITS, readJson } from '../json/read.ts'
import type { JsonObject } from '../json/value.ts'
import type { Row } from '../store/store.ts'

const LIMITS = { ...DEFAULT_JSON_LIMITS, nodes: 1_000_000, numberLength: 1_024 }

export function parseRow(row: Row): JsonObject {
  const value = readJson(Buffer.from(row.value), LIMITS)
  if ('value' in value && isJsonObject(value.value)) return value.value
  throw new Error(`the pin ${row.id} is damaged`)
}
