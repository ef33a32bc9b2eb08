// One tool, ready to be decided. Made by prepare-actions.ts.
import type { Circumstance } from './circumstances.ts'
import type { InputType } from './input-type.ts'
import type { Policy } from './policy.ts'
import type { ReadPlan } from './read-plan.ts'
import type { SlicePart } from './slice-part.ts'

export type Action = {
  readonly name: string
  /** Of its decisions in the cache. */
  readonly key: string
  readonly mode: 'ENFORCE' | 'LOG_ONLY'
  /** The same with the policies that only log, where there are any for it. */
  readonly shadow?: Action
  /** The policies whose action scope can match it. */
  readonly slice: readonly Policy[]
  readonly input: InputType
  /** What the slice reads of the arguments. */
  readonly plan: ReadPlan
  /** What the slice reads of the context beside them. */
  readonly circumstances: readonly Circumstance[]
  /** The slice has a permit; without one nobody may call it. */
  readonly permitted: boolean
  /** No policy of the slice reads an argument or a circumstance: one decision per principal. */
  readonly fixed: boolean
  /** The slice as the engine holds it. */
  readonly parts: readonly SlicePart[]
  /** Name under which the engine holds the request schema. */
  readonly schemaName: string
}
