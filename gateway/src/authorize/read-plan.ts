// What of a tool's input one slice of policies reads: the input type cut down to the read set. The converter
// walks it, the request schema is written from it (policy-audit §1.1 rule 5).
import type { InputType, RecordType } from './input-type.ts'
import type { Path } from './read-set.ts'

export type ReadPlan =
  | { readonly whole: true; readonly type: InputType }
  /** Of this record only the named attributes. */
  | { readonly whole: false; readonly parts: ReadonlyMap<string, PlannedPart> }
export type PlannedPart = { readonly plan: ReadPlan; readonly required: boolean }

/** Cuts `type` down to `paths`. A path that the type does not know is never present and stays out. */
export function planReads(type: InputType, paths: readonly Path[]): ReadPlan {
  if (type.kind !== 'record' || paths.some((path) => path.length === 0))
    return { whole: true, type }
  const parts = new Map<string, PlannedPart>()
  for (const [name, attribute] of type.attributes) {
    const below = paths.filter((path) => path[0] === name).map((path) => path.slice(1))
    if (below.length === 0) continue
    parts.set(name, { plan: planReads(attribute.type, below), required: attribute.required })
  }
  return { whole: false, parts }
}

/** The same shape for everything there is to read, one level at a time. */
export function partsOf(plan: ReadPlan): ReadonlyMap<string, PlannedPart> | undefined {
  if (!plan.whole) return plan.parts
  return plan.type.kind === 'record' ? recordParts(plan.type) : undefined
}

export function readsNothing(plan: ReadPlan): boolean {
  return !plan.whole && plan.parts.size === 0
}

const wholes = new WeakMap<RecordType, ReadonlyMap<string, PlannedPart>>()

function recordParts(type: RecordType): ReadonlyMap<string, PlannedPart> {
  let parts = wholes.get(type)
  if (parts === undefined) {
    parts = new Map(
      [...type.attributes].map(([name, { type: inner, required }]) => [
        name,
        { plan: { whole: true, type: inner }, required },
      ]),
    )
    wholes.set(type, parts)
  }
  return parts
}
