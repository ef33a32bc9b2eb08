// What a record tells of the arguments of its call. The log keeps some of them in clear and all of them as a salted
// digest; where the kept ones have that very digest, they are all, and whatever else a policy asks for was absent.
import { canonicalJson } from '../json/canonical.ts'
import { isJsonObject, isRawNumber } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { commitment } from './commitment.ts'

export type KnownArguments = {
  /** What is known, at its place. */
  readonly args: JsonObject
  /** `all`, or the paths below which `args` is complete. */
  readonly known: 'all' | readonly (readonly string[])[]
}

const NOTHING: KnownArguments = { args: {}, known: [] }
const EMPTY_BYTES = 2

/** `recorded`: the member `arguments` of a record; `salt` is `undefined` where its person was forgotten. */
export function exactArguments(
  recorded: JsonObject,
  salt: string | undefined,
  sequence: number,
): KnownArguments {
  if (recorded['bytes'] === EMPTY_BYTES) return { args: {}, known: 'all' }
  const { kept } = recorded
  if (!isJsonObject(kept)) return NOTHING
  const exact = Object.entries(kept).filter(([, value]) => isAsWritten(value, 0))
  const paths = exact.map(([pointer, value]) => ({ path: stepsOf(pointer), value }))
  const args: JsonObject = paths.reduce<JsonObject>(
    (made, { path, value }) => placed(made, path, value),
    Object.create(null) as JsonObject,
  )
  const digest = salt && commitment(salt, `arguments:${sequence}`, canonicalJson(args))
  if (digest === recorded['digest']) return { args, known: 'all' }
  return { args, known: paths.map(({ path }) => path) }
}

/** The log shortens and cleans what it shows: what may have been touched is not taken for the value. */
function isAsWritten(value: JsonValue, depth: number): boolean {
  if (typeof value === 'string') return !/[…\ufffd]/.test(value)
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return true
  const members = Object.entries(value)
  if (depth >= MAX_DEPTH || members.length >= MAX_ITEMS) return false
  return members.every(
    ([name, member]) => !/[…\ufffd]/.test(name) && isAsWritten(member, depth + 1),
  )
}
const MAX_DEPTH = 8
const MAX_ITEMS = 64

/** RFC 6901 §4. */
function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function placed(
  into: JsonObject,
  [name, ...rest]: readonly string[],
  value: JsonValue,
): JsonObject {
  if (name === undefined) return isJsonObject(value) ? value : into
  const inner = Object.hasOwn(into, name) ? into[name] : undefined
  const below = rest.length === 0 ? value : placed(isJsonObject(inner) ? inner : {}, rest, value)
  return Object.assign(Object.create(null) as JsonObject, into, { [name]: below })
}
