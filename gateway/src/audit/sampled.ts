// Refusals and lists are records too, but nobody may fill the disk with them (attacks D-14): beyond so many per
// second of one caller they are counted, and the count is recorded when the second is over.
import type { Identity } from '../identify/identity.ts'
import type { JsonObject } from '../json/value.ts'
import { createSampler } from '../observe/sampler.ts'
import type { Refusal } from '../refusal.ts'
import type { Clock } from '../system/clock.ts'
import { policyNames } from './describe.ts'
import type { RecordFields } from './make-frames.ts'
import { plainText } from './plain-text.ts'
import type { ListCounts, RecordKind, RefusalContext } from './record.ts'

export type Append = (kind: RecordKind, fields: RecordFields, members: JsonObject) => void

export type Sampled = {
  readonly refusal: (refusal: Refusal, context: RefusalContext) => void
  readonly list: (identity: Identity, requestId: string, counts: ListCounts) => void
  /** Records what was counted in seconds that are over. */
  readonly drain: () => void
}

const REFUSALS_PER_SECOND = 100
const LISTS_PER_SECOND = 1
const MAX_NAME = 256

type Counted = {
  readonly kind: RecordKind
  readonly fields: RecordFields
  readonly members: JsonObject
}

export function createSampled(clock: Clock, append: Append): Sampled {
  const refusals = createSampler(clock, REFUSALS_PER_SECOND)
  const lists = createSampler(clock, LISTS_PER_SECOND)
  const examples = new Map<string, Counted>()

  const drain = (): void => {
    if (examples.size === 0) return
    for (const { key, suppressed } of [...refusals.drain(), ...lists.drain()]) {
      const example = examples.get(key)
      examples.delete(key)
      if (example === undefined) append('refusal', {}, { code: 'various', suppressed })
      else append(example.kind, example.fields, { ...example.members, suppressed })
    }
    // Keys that were counted under another name are never asked for again.
    if (examples.size >= MAX_EXAMPLES) examples.clear()
  }
  const count = (key: string, counted: Counted): void => {
    if (!examples.has(key) && examples.size < MAX_EXAMPLES) examples.set(key, counted)
  }

  return {
    refusal: (refusal, context) => {
      drain()
      const { identity, peerAddress } = context
      const code = refusal.actual ?? refusal.refused
      const key = `${code} ${identity?.principal.fingerprint ?? peerAddress}`
      if (refusals.take(key)) return append('refusal', context, refusalMembers(refusal, context))
      count(key, { kind: 'refusal', fields: { identity, peerAddress }, members: { code } })
    },
    list: (identity, requestId, { shown, hidden, wouldHide }) => {
      drain()
      const key = identity.principal.fingerprint
      // The member is not there where nothing only logs.
      const shadow = wouldHide.length === 0 ? {} : { would_hide: policyNames(wouldHide) }
      const members = { hidden, shown, ...shadow }
      if (lists.take(key)) return append('list', { identity, requestId }, members)
      count(key, { kind: 'list', fields: { identity }, members: {} })
    },
    drain,
  }
}

const MAX_EXAMPLES = 2000

/** The true code is `code`; `told` is what the caller saw, where that differs (a hidden tool). */
function refusalMembers(refusal: Refusal, context: RefusalContext): JsonObject {
  const { refused, actual, seen, expected, reason, policies } = refusal
  const { tool, method } = context
  return {
    code: actual ?? refused,
    ...(actual === undefined ? {} : { told: refused }),
    ...(seen === undefined ? {} : { seen }),
    ...(expected === undefined ? {} : { expected }),
    ...(reason === undefined ? {} : { reason }),
    ...(policies === undefined ? {} : { policies: policyNames(policies) }),
    ...(tool === undefined ? {} : { tool: { name: plainText(tool, MAX_NAME) } }),
    ...(method === undefined ? {} : { method: plainText(method, MAX_NAME) }),
  }
}
