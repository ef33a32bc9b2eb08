// The kill switch: what operators have disabled bites on the very next request and survives a restart. Held in memory
// and asked before any cached decision; read again from the store every ten seconds, so that processes which share it
// agree. Before the first good read nobody comes in, and with a list that is too old neither. Whoever may not see a
// tool does not learn here that it is disabled: visibility comes first.
import { Fault } from '../../fault.ts'
import type { CatalogueEntry } from '../../catalogue/entry.ts'
import type { Identity } from '../../identify/identity.ts'
import { refuse, type Refusal } from '../../refusal.ts'
import type { Store } from '../../store/store.ts'
import type { Clock } from '../../system/clock.ts'
import { createInTurn } from '../../system/in-turn.ts'
import type { VisibleList } from '../lists.ts'
import type { Permit } from '../permit.ts'
import { parseSwitch, switchKey, switchText, type Switch, type Switched } from './switch.ts'

export type Switches = {
  /** Everything, the client or the person. Throws Fault where what is disabled is not known. */
  readonly ofCaller: (identity: Identity) => Refusal | undefined
  /** A tool that the caller may see, or its target. */
  readonly ofTool: (entry: CatalogueEntry) => Refusal | undefined
  /** A call that was let in before. */
  readonly ofPermit: (permit: Permit) => Refusal | undefined
  /** The list without what is disabled; the same object for the same list while nothing changes. */
  readonly narrow: (list: VisibleList) => VisibleList
  /**
   * Disabled here from the moment of the call, elsewhere when it resolves and the others have read it. It stays so
   * where the store fails, and is written as soon as that can be done.
   */
  readonly disable: (disabled: Switch) => Promise<void>
  /** Whether it was disabled. Rejects where the store fails: it stays disabled. */
  readonly enable: (switched: Switched) => Promise<boolean>
  /** What is disabled, the latest last. */
  readonly disabled: () => readonly Switch[]
  /** Reads the store. Rejects where that is not possible; what is disabled stays so. */
  readonly refresh: () => Promise<void>
  readonly close: () => void
}

const REFRESH_MS = 10_000
const MOST_ROWS = 100_000
// As long as the list of revocations may be (F-05).
const MAX_AGE_MS = 900_000

/** `refreshed`: told of every read, with what was wrong where it failed. */
export function createSwitches(
  store: Store,
  clock: Clock,
  refreshed: (failure?: unknown) => void = () => {},
  refreshMs = REFRESH_MS,
): Switches {
  let index: ReadonlyMap<string, Switch> = new Map()
  /** In effect here, and not known to be in the store. */
  const unwritten = new Map<string, Switch>()
  let narrowed = new WeakMap<VisibleList, VisibleList>()
  let revision = 0
  let readMs = Number.NEGATIVE_INFINITY
  // One after the other, so that a read never brings back what an order before it has changed.
  const inTurn = createInTurn()

  function replace(next: ReadonlyMap<string, Switch>): void {
    index = next
    narrowed = new WeakMap()
    revision += 1
  }

  async function write(key: string, disabled: Switch): Promise<void> {
    await store.put({ kind: 'disabled', id: key, value: switchText(disabled) })
    if (unwritten.get(key) === disabled) unwritten.delete(key)
  }

  async function read(): Promise<void> {
    const startedMs = clock.monotonicMs()
    for (const [key, disabled] of unwritten) await write(key, disabled)
    const rows = await store.list('disabled', MOST_ROWS)
    const known = rows.flatMap(({ value }) => parseSwitch(value) ?? [])
    const fresh = new Map(known.map((row) => [switchKey(row.switched), row]))
    if (known.length < rows.length) {
      // A newer version's kind, or a damaged row: what can be read counts, and nothing is enabled by it.
      replace(new Map([...index, ...fresh]))
      throw new Fault('store.unavailable', 'what is disabled cannot be read', {
        dependency: 'store',
      })
    }
    // Ordered while the read was under way.
    for (const [key, disabled] of unwritten) fresh.set(key, disabled)
    if (!same(fresh, index)) replace(fresh)
    readMs = startedMs
  }

  function found(switched: Switched): Refusal | undefined {
    const disabled = index.get(switchKey(switched))
    if (disabled === undefined) return undefined
    const { what } = switched
    return refuse('authorize.disabled', {
      seen: what === 'everything' ? what : `the ${what}`,
      // Not the operator's words: they stand in the record of the order, where they can be erased.
      reason: `disabled since ${new Date(disabled.sinceMs).toISOString()}`,
    })
  }

  function ofPrincipal({ principal }: Identity): Refusal | undefined {
    if (index.size === 0) return undefined
    const { issuer, clientId } = principal
    return (
      found({ what: 'everything' }) ??
      found({ what: 'client', issuer, name: clientId }) ??
      (principal.kind === 'client'
        ? undefined
        : found({ what: 'person', issuer, name: principal.subject }))
    )
  }

  function ofCaller(identity: Identity): Refusal | undefined {
    if (clock.monotonicMs() - readMs > MAX_AGE_MS) {
      throw new Fault('store.unavailable', 'the list of what is disabled is too old', {
        dependency: 'store',
      })
    }
    return ofPrincipal(identity)
  }

  function ofTool({ target, qualifiedName }: CatalogueEntry): Refusal | undefined {
    if (index.size === 0) return undefined
    return found({ what: 'tool', name: qualifiedName }) ?? found({ what: 'target', name: target })
  }

  function narrow(list: VisibleList): VisibleList {
    if (index.size === 0) return list
    let less = narrowed.get(list)
    if (less === undefined) {
      const entries = list.entries.filter((entry) => ofTool(entry) === undefined)
      const hidden = list.hidden + list.entries.length - entries.length
      less = { ...list, entries, hidden, version: `${list.version}.${revision}` }
      narrowed.set(list, less)
    }
    return less
  }

  const refresh = (): Promise<void> => inTurn(read)
  const timer = setInterval(() => {
    refresh().then(() => refreshed(), refreshed)
  }, refreshMs)
  timer.unref()

  return {
    ofCaller,
    ofTool,
    ofPermit: ({ identity, entry }) => ofPrincipal(identity) ?? ofTool(entry),
    narrow,
    disable(disabled) {
      const key = switchKey(disabled.switched)
      unwritten.set(key, disabled)
      replace(new Map([...index, [key, disabled]]))
      return inTurn(() => write(key, disabled))
    },
    enable: (switched) =>
      inTurn(async () => {
        const key = switchKey(switched)
        const row = await store.consumeOnce('disabled', key)
        const here = unwritten.delete(key) || index.has(key)
        if (here) replace(new Map([...index].filter(([other]) => other !== key)))
        return here || row !== undefined
      }),
    disabled: () => [...index.values()].toSorted((a, b) => a.sinceMs - b.sinceMs),
    refresh,
    close: () => clearInterval(timer),
  }
}

function same(a: ReadonlyMap<string, Switch>, b: ReadonlyMap<string, Switch>): boolean {
  const equal = ([key, one]: [string, Switch]): boolean => {
    const other = b.get(key)
    return other !== undefined && switchText(one) === switchText(other)
  }
  return a.size === b.size && [...a].every(equal)
}
