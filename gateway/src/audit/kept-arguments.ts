// The arguments that the configuration allows into the log in clear: an allow-list of JSON Pointers
// (RFC 6901). Everything else is in the record as a salted digest alone.
import { canonicalJson } from '../json/canonical.ts'
import { isRawNumber } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { plainValue } from './plain-text.ts'

const MAX_TEXT = 256
const MAX_VALUE_BYTES = 1024
const MAX_KEPT_BYTES = 4096
const TOO_LARGE = '…'

export type KeptPath = { readonly pointer: string; readonly steps: readonly string[] }

export function keptPaths(pointers: readonly string[]): readonly KeptPath[] {
  return pointers.map((pointer) => ({
    pointer,
    steps: pointer
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
  }))
}

/** Pointer to value, for those that are there. A value that is too large is named and left out. */
export function keptArguments(args: JsonValue, paths: readonly KeptPath[]): JsonObject {
  const kept: Record<string, JsonValue> = {}
  let bytes = 0
  for (const { pointer, steps } of paths) {
    if (bytes > MAX_KEPT_BYTES) break
    const found = at(args, steps)
    if (found === undefined) continue
    const value = plainValue(found, MAX_TEXT)
    const length = Buffer.byteLength(canonicalJson(value)) + pointer.length
    const fits = length <= MAX_VALUE_BYTES && bytes + length <= MAX_KEPT_BYTES
    kept[pointer] = fits ? value : TOO_LARGE
    bytes += fits ? length : pointer.length
  }
  return kept
}

function at(root: JsonValue, steps: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = root
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || isRawNumber(value)) return undefined
    if (Array.isArray(value) && !/^(0|[1-9][0-9]*)$/.test(step)) return undefined
    if (!Object.hasOwn(value, step)) return undefined
    value = (value as JsonObject)[step]
  }
  return value
}
