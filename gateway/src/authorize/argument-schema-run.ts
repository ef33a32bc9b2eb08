// One check of arguments under way, for argument-schema.ts: where it is, and how much it may still do. A schema is the
// target's and a value is the caller's; together they may ask for more work than either, so that work is counted and
// not estimated (attacks D-11).
import { isRawNumber } from '../json/raw-number.ts'
import type { JsonValue } from '../json/value.ts'
import { pointerTo } from '../json/pointer.ts'

/** A few ten milliseconds at the very most. */
const MAX_STEPS = 500_000
/** Schemas within schemas that are entered at one time. */
const MAX_DEPTH = 400

/** Made often and told seldom: an alternative that fails is no answer yet, so that it must cost next to nothing. */
export type Failure = {
  readonly value: JsonValue
  readonly expected: string
  /** Default: what `value` is and how large. */
  readonly seen: string | undefined
  /** The way to it, from its end. */
  readonly way: { readonly step: string | number; readonly isDeclared: boolean }[]
}

/** `undefined`: the value fits. */
export type Check = (value: JsonValue, run: Run) => Failure | undefined

export type Run = {
  /** Throws once it is too much. */
  readonly spend: (steps: number) => void
  /** Checks what is at one step down. */
  readonly within: (
    step: string | number,
    isDeclared: boolean,
    check: Check,
    value: JsonValue,
  ) => Failure | undefined
  /** Checks the same value by a schema within the schema. */
  readonly enter: (check: Check, value: JsonValue) => Failure | undefined
  readonly fail: (value: JsonValue, expected: string, seen?: string) => Failure
}

export class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork'
}

export function createRun(): Run {
  let left = MAX_STEPS
  let depth = 0

  const run: Run = {
    spend(steps) {
      left -= steps
      if (left < 0) throw new TooMuchWork()
    },
    within(step, isDeclared, check, value) {
      const failure = run.enter(check, value)
      failure?.way.push({ step, isDeclared })
      return failure
    },
    enter(check, value) {
      run.spend(1)
      depth += 1
      if (depth > MAX_DEPTH) throw new TooMuchWork()
      const failure = check(value, run)
      depth -= 1
      return failure
    },
    fail: (value, expected, seen) => ({ value, expected, seen, way: [] }),
  }
  return run
}

/**
 * A JSON Pointer into the arguments, with `*` for what the schema does not name: such names are the caller's own words,
 * and what is said of a refusal is in the log too.
 */
export function placeOf({ way }: Failure): string {
  return pointerTo(way.toReversed().map(({ step, isDeclared }) => (isDeclared ? step : '*')))
}

/** What it is and how large, never what it says. */
export function describe(value: JsonValue): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return `a string of ${value.length} characters`
  if (typeof value === 'number' || isRawNumber(value)) return 'a number'
  if (typeof value === 'boolean') return 'a boolean'
  if (Array.isArray(value)) return `an array of ${value.length} items`
  return `an object of ${Object.keys(value).length} members`
}
