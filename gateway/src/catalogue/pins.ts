// What was approved of a target, kept in the store (policy-audit §1.6). One row names the tools and hashes of a baseline
// and says who approved what since; it is written by exactly one process at a time. A row per tool holds its
// definition, so that a target that is down keeps its schema. What was seen and not approved is seen.ts.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import type { Row, Store } from '../store/store.ts'
import { parseRow } from './row.ts'

/** The person who approved a definition in a review. */
export type Approver = { readonly issuer: string; readonly subject: string }

export type Pin = {
  readonly hash: string
  /** `undefined`: approved, but the process died before it wrote the definition down. */
  readonly definition: JsonObject | undefined
  readonly approvedAtMs: number
  /** `undefined`: the baseline. */
  readonly by: Approver | undefined
}
/** `undefined`: nothing was ever approved under this baseline. */
export type Pins =
  | {
      /** By the target's own names. */
      readonly tools: ReadonlyMap<string, Pin>
      /** Of the row; grows with each approval. */
      readonly revision: number
    }
  | undefined
export type Approved = {
  readonly name: string
  readonly hash: string
  readonly definition: JsonObject
}

export type PinStore = {
  /** Rejects with Fault `store.unavailable`, or an Error where a row is not what was written. */
  readonly load: (target: string, baseline: string) => Promise<Pins>
  /** The same, or `known` itself where nothing was approved since. */
  readonly loadIfNewer: (target: string, baseline: string, known: Pins) => Promise<Pins>
  /** Approves these if nothing was approved before; resolves with what is approved then. */
  readonly approveFirst: (
    target: string,
    baseline: string,
    tools: readonly Approved[],
    approvedAtMs: number,
  ) => Promise<{ readonly pins: Pins; readonly first: boolean }>
  /** Approves one definition that a person has looked at, in place of what was approved under its name. */
  readonly approve: (
    target: string,
    baseline: string,
    tool: Approved,
    by: Approver,
    approvedAtMs: number,
  ) => Promise<void>
  /** Writes down definitions of approved hashes that a crash kept from being written. */
  readonly complete: (target: string, baseline: string, tools: readonly Approved[]) => Promise<void>
}

/** Writers of one row: two processes during a restart, two orders of an operator. */
const TRIES = 10

export function createPinStore(store: Store): PinStore {
  const read = async (id: string): Promise<JsonObject | undefined> => {
    const row = await store.get('pin', id)
    return row && parseRow(row)
  }

  async function load(target: string, baseline: string): Promise<Pins> {
    const row = await store.get('pin', baselineId(target, baseline))
    return row && (await pinsOf(row, target, baseline))
  }

  async function pinsOf(row: Row, target: string, baseline: string): Promise<Pins> {
    const { tools, approvedAtMs, reviews } = parseRow(row)
    if (!isJsonObject(tools)) throw new Error(`the pin ${row.id} is damaged`)
    const pins = await Promise.all(
      Object.entries(tools).map(async ([name, value]): Promise<[string, Pin]> => {
        const hash = typeof value === 'string' ? value : ''
        const review = reviewOf(reviews, name)
        return [
          name,
          {
            hash,
            definition: await definitionOf(target, baseline, name, hash),
            approvedAtMs: numberOf(review?.['approvedAtMs'] ?? approvedAtMs),
            by: approverOf(review),
          },
        ]
      }),
    )
    return { tools: new Map(pins), revision: row.revision }
  }

  /** A definition that is not the approved one may stand there after a race of two processes. */
  async function definitionOf(
    target: string,
    baseline: string,
    name: string,
    hash: string,
  ): Promise<JsonObject | undefined> {
    const reviewed = await read(reviewedId(target, baseline, name, hash))
    const row = reviewed ?? (await read(toolId(target, baseline, name)))
    const definition = row?.['definition']
    return isJsonObject(definition) && row?.['hash'] === hash ? definition : undefined
  }

  async function complete(
    target: string,
    baseline: string,
    tools: readonly Approved[],
  ): Promise<void> {
    await Promise.all(
      tools.map(({ name, hash, definition }) =>
        store.insertIfAbsent({
          kind: 'pin',
          id: toolId(target, baseline, name),
          value: JSON.stringify({ hash, definition }),
          index: baselineId(target, baseline),
        }),
      ),
    )
  }

  return {
    load,
    complete,
    async loadIfNewer(target, baseline, known) {
      const row = await store.get('pin', baselineId(target, baseline))
      if (row?.revision === known?.revision) return known
      return row && (await pinsOf(row, target, baseline))
    },
    async approveFirst(target, baseline, tools, approvedAtMs) {
      const hashes = Object.fromEntries(tools.map(({ name, hash }) => [name, hash]))
      const first = await store.insertIfAbsent({
        kind: 'pin',
        id: baselineId(target, baseline),
        value: JSON.stringify({ approvedAtMs, tools: hashes }),
        index: baselineId(target, baseline),
      })
      if (first) await complete(target, baseline, tools)
      return { pins: await load(target, baseline), first }
    },
    async approve(target, baseline, { name, hash, definition }, by, approvedAtMs) {
      const id = baselineId(target, baseline)
      // The definition first: a hash that is approved always has one.
      await store.put({
        kind: 'pin',
        id: reviewedId(target, baseline, name, hash),
        value: JSON.stringify({ hash, definition }),
        index: id,
      })
      for (let tried = 0; tried < TRIES; tried += 1) {
        const row = await store.get('pin', id)
        const former: JsonObject = row ? parseRow(row) : { approvedAtMs, tools: {} }
        const value = JSON.stringify({
          ...former,
          tools: { ...membersOf(former['tools']), [name]: hash },
          reviews: { ...membersOf(former['reviews']), [name]: { approvedAtMs, ...by } },
        })
        const put = { kind: 'pin', id, value, index: id } as const
        const done = row
          ? await store.casUpdate(put, row.revision)
          : await store.insertIfAbsent(put)
        if (!done) continue
        const before = membersOf(former['tools'])[name]
        // One definition per approved tool is kept, not its history.
        if (typeof before === 'string' && before !== hash) {
          await store.consumeOnce('pin', reviewedId(target, baseline, name, before))
        }
        return
      }
      throw new Error('others approve tools of this target at the same time; try again')
    },
  }
}

function reviewOf(reviews: JsonValue | undefined, name: string): JsonObject | undefined {
  const review = Object.hasOwn(membersOf(reviews), name) ? membersOf(reviews)[name] : undefined
  return isJsonObject(review) ? review : undefined
}

function approverOf(review: JsonObject | undefined): Approver | undefined {
  const { issuer, subject } = review ?? {}
  return typeof issuer === 'string' && typeof subject === 'string' ? { issuer, subject } : undefined
}

function membersOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0
}

// Neither target ids, nor baselines, nor names of tools, nor hashes contain a slash.
function baselineId(target: string, baseline: string): string {
  return `${target}/${baseline}`
}

function toolId(target: string, baseline: string, name: string): string {
  return `${target}/${baseline}/${name}`
}

function reviewedId(target: string, baseline: string, name: string, hash: string): string {
  return `${target}/${baseline}/${name}/${hash}`
}
