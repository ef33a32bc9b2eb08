// What a target offers and nobody has approved, kept in the store, so that a restart forgets neither that a tool has
// changed nor since when (policy-audit §1.6). That it has is kept with the approvals; the definitions may be evicted:
// the target says again what it offers.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject } from '../json/value.ts'
import type { Store } from '../store/store.ts'
import { parseRow } from './row.ts'

export type Seen = {
  /** Empty: the target no longer offers it. */
  readonly hash: string
  readonly sinceMs: number
  /** As it was when this hash was first seen: what is shown in a review is what is approved. */
  readonly definition: JsonObject | undefined
}
/** By the target's own names. */
export type SeenTools = ReadonlyMap<string, Seen>

export type SeenStore = {
  readonly load: (target: string, baseline: string) => Promise<SeenTools>
  /** Writes what is new in `next`, and forgets what is only in `before`. */
  readonly keep: (
    target: string,
    baseline: string,
    before: SeenTools,
    next: SeenTools,
  ) => Promise<void>
}

export function createSeenStore(store: Store): SeenStore {
  return {
    async load(target, baseline) {
      const row = await store.get('pin', listId(target, baseline))
      const listed = row && parseRow(row)['tools']
      if (!isJsonObject(listed)) return new Map()
      const tools = await Promise.all(
        Object.entries(listed).map(async ([name, at]): Promise<[string, Seen] | undefined> => {
          if (!isJsonObject(at)) return undefined
          const { hash, sinceMs } = at
          if (typeof hash !== 'string' || typeof sinceMs !== 'number') return undefined
          const own = await store.get('pin_seen', toolId(target, baseline, name))
          const held = own && parseRow(own)
          const definition = held?.['hash'] === hash ? held['definition'] : undefined
          return [
            name,
            { hash, sinceMs, definition: isJsonObject(definition) ? definition : undefined },
          ]
        }),
      )
      return new Map(tools.filter((entry) => entry !== undefined))
    },
    async keep(target, baseline, before, next) {
      const news = [...next].filter(([name, { hash }]) => before.get(name)?.hash !== hash)
      const gone = [...before.keys()].filter((name) => !next.has(name))
      if (news.length === 0 && gone.length === 0) return
      const put = (kind: 'pin' | 'pin_seen', id: string, value: unknown) =>
        store.put({ kind, id, value: JSON.stringify(value), index: `${target}/${baseline}` })
      await Promise.all(
        news
          .filter(([, { definition }]) => definition !== undefined)
          .map(([name, { hash, definition }]) =>
            put('pin_seen', toolId(target, baseline, name), { hash, definition }),
          ),
      )
      const tools = Object.fromEntries(
        [...next].map(([name, { hash, sinceMs }]) => [name, { hash, sinceMs }]),
      )
      await put('pin', listId(target, baseline), { tools })
      await Promise.all(
        gone.map((name) => store.consumeOnce('pin_seen', toolId(target, baseline, name))),
      )
    },
  }
}

// Beside the approvals, since it decides: never evicted. No name of a tool is empty.
function listId(target: string, baseline: string): string {
  return `${target}/${baseline}//seen`
}

function toolId(target: string, baseline: string, name: string): string {
  return `${target}/${baseline}/${name}`
}
