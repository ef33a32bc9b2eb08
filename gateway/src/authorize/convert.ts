// Arguments to what the engine is given: only what the policies read, by the types of the tool's input schema,
// never as raw JSON (policy-audit §1.1 rules 3–5). Where a value that a policy reads has no exact
// counterpart, the answer is a refusal that names the path.
import type { CedarValueJson, EntityJson } from '@cedar-policy/cedar-wasm/nodejs'
import { foldCase } from '../json/fold-case.ts'
import { pointerTo } from '../json/pointer.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import {
  below,
  count,
  elements,
  membersOf,
  numberText,
  startWalk,
  text,
  unfit,
  Unfit,
  type ConversionFailure,
  type Walk,
} from './conversion-walk.ts'
import type { EntityType, InputType } from './input-type.ts'
import { NULL_TYPE, UNKNOWN_TYPE } from './names.ts'
import { cedarLong, decimalOf, longOf } from './number-text.ts'
import { partsOf, type PlannedPart, type ReadPlan } from './read-plan.ts'
import { datetimeOf, decimalTextOf, durationOf, ipaddrOf, type Formatted } from './string-format.ts'

export type Converted = {
  readonly input: CedarValueJson
  /** Objects that became entities. */
  readonly entities: readonly EntityJson[]
  /** What is read of the context beside the arguments. */
  readonly circumstances?: Readonly<Record<string, CedarValueJson>>
}

export function convert(plan: ReadPlan, args: JsonValue): Converted | ConversionFailure {
  const walk = startWalk()
  try {
    const input = planned(plan, args, walk)
    return { input, entities: walk.entities }
  } catch (thrown) {
    if (thrown instanceof Unfit) return thrown.failure
    throw thrown
  }
}

/** What was read, as one string: equal for equal decisions of one principal, tool and state. */
export function keyOf({ input, entities, circumstances }: Converted): string {
  const plain = entities.length === 0 && circumstances === undefined
  return JSON.stringify(plain ? input : [input, entities, circumstances])
}

function planned(plan: ReadPlan, value: JsonValue, walk: Walk): CedarValueJson {
  const parts = partsOf(plan)
  if (parts !== undefined) return record(parts, value, walk)
  return whole((plan as Extract<ReadPlan, { whole: true }>).type, value, walk)
}

function record(
  parts: ReadonlyMap<string, PlannedPart>,
  value: JsonValue,
  walk: Walk,
): Record<string, CedarValueJson> {
  count(walk)
  const members = membersOf(value, walk)
  refuseOtherCase(members, parts, walk)
  if (walk.exact) refuseUndeclared(members, parts, walk)
  const made: Record<string, CedarValueJson> = Object.create(null) as Record<string, CedarValueJson>
  for (const [name, part] of parts) {
    const type = part.plan.whole ? part.plan.type : undefined
    const member = Object.hasOwn(members, name) ? members[name] : undefined
    walk.path.push(name)
    if (member === undefined || (member === null && !(part.required && admitsNull(type)))) {
      // null → absent; and the schema for requests keeps `required`.
      if (part.required) unfit(walk, 'is required', 'a value')
    } else {
      made[name] = planned(part.plan, member, walk)
    }
    walk.path.pop()
  }
  return made
}

function whole(type: InputType, value: JsonValue, walk: Walk): CedarValueJson {
  count(walk)
  switch (type.kind) {
    case 'string':
      return text(value, walk)
    case 'boolean':
      return typeof value === 'boolean' ? value : unfit(walk, 'is not a boolean', 'true or false')
    case 'long': {
      const long = longOf(numberText(value, 'an integer', walk))
      return typeof long === 'bigint' ? cedarLong(long) : unfit(walk, long.why, long.expected)
    }
    case 'decimal': {
      const decimal = decimalOf(numberText(value, 'a number', walk))
      if (typeof decimal !== 'string') return unfit(walk, decimal.why, decimal.expected)
      return { __extn: { fn: 'decimal', arg: decimal } }
    }
    case 'decimal-text':
      return extension('decimal', decimalTextOf(text(value, walk)), walk)
    case 'datetime':
      return extension('datetime', datetimeOf(text(value, walk)), walk)
    case 'duration':
      return extension('duration', durationOf(text(value, walk)), walk)
    case 'ipaddr':
      return extension('ip', ipaddrOf(text(value, walk)), walk)
    case 'enum': {
      const id = text(value, walk)
      if (!type.values.has(id)) unfit(walk, 'is none of the allowed values', 'a value of the enum')
      return entity(type.entity, id)
    }
    case 'null':
      return value === null ? entity(NULL_TYPE, 'null') : unfit(walk, 'is not null', 'null')
    case 'unknown':
      return entity(UNKNOWN_TYPE, pointerTo(walk.path))
    case 'set':
      return elements(value, walk).map((element, at) =>
        below(walk, String(at), () => whole(type.element, element, walk)),
      )
    case 'tuple': {
      const items = elements(value, walk)
      if (items.length !== type.items.length) {
        unfit(walk, 'has the wrong length', `${type.items.length} elements`)
      }
      return Object.fromEntries(
        type.items.map((item, at) => [
          `proj${at}`,
          below(walk, String(at), () => whole(item, items[at] as JsonValue, walk)),
        ]),
      )
    }
    case 'union':
      return choice(type.choices, value, walk)
    case 'record':
      return planned({ whole: true, type }, value, walk)
    case 'entity':
      return tagged(type, value, walk)
  }
}

/** The first alternative that fits, as the generator's own reading has it. */
function choice(choices: readonly InputType[], value: JsonValue, walk: Walk): CedarValueJson {
  for (const [at, type] of choices.entries()) {
    const attempt: Walk = { ...walk, path: [...walk.path], entities: [], exact: true }
    try {
      const made = whole(type, value, attempt)
      walk.entities.push(...attempt.entities)
      return { [`typeChoice${at}`]: made }
    } catch (thrown) {
      if (!(thrown instanceof Unfit)) throw thrown
    }
  }
  return unfit(walk, 'fits none of the alternatives', 'one of the types of the input schema')
}

function tagged(type: EntityType, value: JsonValue, walk: Walk): CedarValueJson {
  const members = membersOf(value, walk)
  const declared = partsOf({ whole: true, type: { kind: 'record', attributes: type.attributes } })
  const attrs = record(declared as ReadonlyMap<string, PlannedPart>, value, {
    ...walk,
    exact: false,
  })
  const tags: Record<string, CedarValueJson> = Object.create(null) as Record<string, CedarValueJson>
  for (const name of Object.keys(members).filter((member) => !type.attributes.has(member))) {
    if (members[name] === null && !admitsNull(type.tags)) continue
    tags[name] = below(walk, name, () => whole(type.tags, members[name] as JsonValue, walk))
  }
  const uid = { type: type.entity, id: pointerTo(walk.path) }
  walk.entities.push({ uid, attrs, tags, parents: [] })
  return { __entity: uid }
}

/**
 * A name that a policy reads, in another case: absent here, and taken for the same by decoders that fold case
 * (attacks M-02), so that the target would act on a value that no policy has seen.
 */
function refuseOtherCase(
  members: JsonObject,
  read: ReadonlyMap<string, unknown>,
  walk: Walk,
): void {
  const others = Object.keys(members).filter((name) => !read.has(name))
  if (others.length === 0) return
  const folded = new Map([...read.keys()].map((name) => [foldCase(name), name]))
  for (const other of others) {
    const name = folded.get(foldCase(other))
    if (name === undefined) continue
    walk.path.push(name)
    unfit(walk, 'is spelled in another case', 'the spelling of the input schema')
  }
}

function refuseUndeclared(
  members: JsonObject,
  declared: ReadonlyMap<string, unknown>,
  walk: Walk,
): void {
  const extra = Object.keys(members).find((member) => !declared.has(member))
  if (extra !== undefined) unfit(walk, 'has a member that is not declared', 'declared members only')
}

function admitsNull(type: InputType | undefined): boolean {
  if (type === undefined) return false
  return type.kind === 'null' || (type.kind === 'union' && type.choices.some(admitsNull))
}

function extension(fn: string, formatted: Formatted, walk: Walk): CedarValueJson {
  if (!('text' in formatted)) return unfit(walk, formatted.why, formatted.expected)
  return { __extn: { fn, arg: formatted.text } }
}

function entity(type: string, id: string): CedarValueJson {
  return { __entity: { type, id } }
}
