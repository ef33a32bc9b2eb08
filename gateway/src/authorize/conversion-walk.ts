// The walk through the arguments that convert.ts makes: where it is, what it may still look at, and how it
// reads the JSON types. Depth and number of values are capped (policy-audit §1.1 rule 5): what a policy reads
// of a deeper or larger value is refused before the engine sees it (attacks P-15).
import type { EntityJson } from '@cedar-policy/cedar-wasm/nodejs'
import { pointerTo } from '../json/pointer.ts'
import { isJsonObject, isRawNumber } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import type { Inconvertible } from './number-text.ts'

export type Walk = {
  /** Names from the arguments down to the value at hand. */
  readonly path: string[]
  readonly entities: EntityJson[]
  /** Shared by all attempts at the alternatives of a union, so that nesting them does not multiply the work. */
  readonly budget: { values: number }
  /** Inside a union: undeclared members do not fit, so that the right alternative is found. */
  readonly exact: boolean
}

/** A value that a policy reads and that does not convert. `path` is a JSON Pointer (RFC 6901) into the arguments. */
export type ConversionFailure = Inconvertible & { readonly path: string }

/** Leaves the walk; convert.ts catches it. */
export class Unfit extends Error {
  readonly failure: ConversionFailure

  constructor(path: readonly string[], failure: Inconvertible) {
    super(failure.why)
    this.failure = { ...failure, path: pointerTo(path) }
  }
}

const MAX_DEPTH = 32
const MAX_VALUES = 10_000

export function startWalk(): Walk {
  return { path: [], entities: [], budget: { values: MAX_VALUES }, exact: false }
}

export function unfit(walk: Walk, why: string, expected: string): never {
  throw new Unfit(walk.path, { why, expected })
}

export function count(walk: Walk): void {
  walk.budget.values -= 1
  if (walk.budget.values < 0) unfit(walk, 'has too many values', `at most ${MAX_VALUES} values`)
  if (walk.path.length > MAX_DEPTH) {
    unfit(walk, 'is nested too deeply', `at most ${MAX_DEPTH} levels`)
  }
}

export function below<T>(walk: Walk, name: string, make: () => T): T {
  walk.path.push(name)
  const made = make()
  walk.path.pop()
  return made
}

export function text(value: JsonValue, walk: Walk): string {
  return typeof value === 'string' ? value : unfit(walk, 'is not a string', 'a string')
}

/** The text of a number: of a raw number the very text that was read. */
export function numberText(value: JsonValue, expected: string, walk: Walk): string {
  if (typeof value === 'number') return String(value)
  return isRawNumber(value) ? value.rawJSON : unfit(walk, 'is not a number', expected)
}

export function elements(value: JsonValue, walk: Walk): readonly JsonValue[] {
  return Array.isArray(value)
    ? (value as readonly JsonValue[])
    : unfit(walk, 'is not an array', 'an array')
}

export function membersOf(value: JsonValue, walk: Walk): JsonObject {
  return isJsonObject(value) ? value : unfit(walk, 'is not an object', 'an object')
}
