// What was approved of a target, kept in the store (policy-audit §1.6). One row names the tools and hashes of
// a baseline and is written by exactly one process; one row per tool holds the definition, so that a target
// that is down keeps its schema.
import { isJsonObject } from '../json/raw-number.ts'
import { DEFAULT_JSON_LIMITS, readJson } from '../json/read.ts'
import type { JsonObject } from '../json/value.ts'
import type { Store } from '../store/store.ts'

export type Pin = {
  readonly hash: string
  /** `undefined`: approved, but the process died before it wrote the definition down. */
  readonly definition: JsonObject | undefined
}
/** By the target's own names. `undefined`: nothing was ever approved under this baseline. */
export type Pins = ReadonlyMap<string, Pin> | undefined
export type Approved = {
  readonly name: string
  readonly hash: string
  readonly definition: JsonObject
}

export type PinStore = {
  /** Rejects with Fault `store.unavailable`, or an Error where a row is not what was written. */
  readonly load: (target: string, baseline: string) => Promise<Pins>
  /** Approves these if nothing was approved before; resolves with what is approved then. */
  readonly approveFirst: (
    target: string,
    baseline: string,
    tools: readonly Approved[],
    approvedAtMs: number,
  ) => Promise<{ readonly pins: Pins; readonly first: boolean }>
  /** Writes down definitions of approved hashes that a crash kept from being written. */
  readonly complete: (target: string, baseline: string, tools: readonly Approved[]) => Promise<void>
}

const LIMITS = { ...DEFAULT_JSON_LIMITS, nodes: 1_000_000, numberLength: 1_024 }

export function createPinStore(store: Store): PinStore {
  async function read(id: string): Promise<JsonObject | undefined> {
    const row = await store.get('pin', id)
    if (row === undefined) return undefined
    const value = readJson(Buffer.from(row.value), LIMITS)
    if ('value' in value && isJsonObject(value.value)) return value.value
    throw new Error(`the pin ${id} is damaged`)
  }

  async function load(target: string, baseline: string): Promise<Pins> {
    const approved = (await read(baselineId(target, baseline)))?.['tools']
    if (!isJsonObject(approved)) return undefined
    const pins = await Promise.all(
      Object.entries(approved).map(async ([name, hash]): Promise<[string, Pin]> => {
        const row = await read(toolId(target, baseline, name))
        // A definition that is not the approved one may stand there after a race of two processes.
        const written = isJsonObject(row?.['definition']) && row['hash'] === hash
        return [
          name,
          {
            hash: typeof hash === 'string' ? hash : '',
            definition: written ? (row['definition'] as JsonObject) : undefined,
          },
        ]
      }),
    )
    return new Map(pins)
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
  }
}

// Neither target ids, nor baselines, nor names of tools contain a slash.
function baselineId(target: string, baseline: string): string {
  return `${target}/${baseline}`
}

function toolId(target: string, baseline: string, name: string): string {
  return `${target}/${baseline}/${name}`
}
