// What somebody may see, for lists (protocol §6, policy-audit §1.3): whatever some arguments could be allowed for, by the
// rules that decide a call; and of the resources of a target those that may be read, each decided by its URI. A list
// never holds up the loop: the engine is asked about many between other work.
import { setImmediate } from 'node:timers/promises'
import type { CatalogueEntry, EntryKind } from '../catalogue/entry.ts'
import type { Identity, Principal } from '../identify/identity.ts'
import type { Action } from './action.ts'
import type { Access } from './approval/access.ts'
import { convert } from './convert.ts'
import type { Loaded } from './loaded.ts'
import { groupOf, targetOf, type Group } from './names.ts'
import { decideCall, isUnpermitted, type Surroundings, type Verdict } from './verdict.ts'
import type { Decisions, Verdicts } from './verdicts.ts'

export type VisibleList = {
  /** Ordered by qualified name. */
  readonly entries: readonly CatalogueEntry[]
  /** How many more the catalogue has that this identity does not see. */
  readonly hidden: number
  /** Names of those among the entries that policies that only log would hide. */
  readonly wouldHide: readonly string[]
  /** Changes with policies, schema and catalogue. */
  readonly version: string
}

export type Lists = {
  /** `kind`: default tools. */
  readonly visible: (
    identity: Identity,
    target?: string,
    kind?: EntryKind,
  ) => VisibleList | Promise<VisibleList>
  readonly readable: (
    identity: Identity,
    entry: CatalogueEntry,
    uris: readonly string[],
    version: string,
  ) => Promise<ReadonlySet<string>>
}

/** What is known of one principal while one state decides. */
export type OwnLists = {
  readonly visible: Map<string, VisibleList>
  /** By qualified name. */
  readonly readable: Map<string, { readonly version: string; readonly uris: ReadonlySet<string> }>
}
export const newLists = (): OwnLists => ({ visible: new Map(), readable: new Map() })

type Own = Decisions<OwnLists>
export type ListParts = {
  readonly state: () => Loaded | undefined
  readonly verdicts: Verdicts<OwnLists>
  readonly around: Surroundings
  readonly access: Pick<Access, 'granted' | 'version'> | undefined
  /** With what was granted. */
  readonly reachGranted: (
    decisions: Own,
    principal: Principal,
    action: Action | undefined,
    entry: CatalogueEntry | undefined,
  ) => Verdict
}

const GROUP: Readonly<Record<EntryKind, Group>> = {
  tool: 'CallTool',
  prompt: 'GetPrompt',
  resource: 'ReadResource',
}
/** Questions to the engine between two turns of the loop: a few milliseconds. */
const AT_ONCE = 32

export function createLists(parts: ListParts): Lists {
  const { state, verdicts, around, access, reachGranted } = parts
  const { reach } = verdicts

  function visible(
    identity: Identity,
    target?: string,
    kind: EntryKind = 'tool',
  ): VisibleList | Promise<VisibleList> {
    const from = state()
    if (from === undefined) return { entries: [], hidden: 0, wouldHide: [], version: '' }
    const { principal } = identity
    const decisions = verdicts.of(principal)
    const { visible: known } = decisions.own.lists
    const key = `${kind} ${target ?? ''}`
    const asking = known.has(key) ? undefined : askMany(from, decisions, target, kind)
    if (asking !== undefined) return asking.then(() => visible(identity, target, kind))
    const granted = access?.version(principal)
    const asked = { from, decisions, target, kind }
    if (granted !== undefined) {
      const list = listFor(asked, (action, entry) =>
        reachGranted(decisions, principal, action, entry),
      )
      return { ...list, version: `${list.version}.${granted}` }
    }
    let list = known.get(key)
    if (list === undefined) {
      list = listFor(asked, (action) => reach(decisions, action))
      known.set(key, list)
    }
    return list
  }

  function askMany(
    from: Loaded,
    decisions: Own,
    target: string | undefined,
    kind: EntryKind,
  ): Promise<void> | undefined {
    const actions = [...from.actions.values()].flatMap((action) => {
      if (groupOf(action.name) !== GROUP[kind]) return []
      if (target !== undefined && targetOf(action.name) !== target) return []
      return action.shadow === undefined ? [action] : [action, action.shadow]
    })
    return verdicts.reachAll(decisions, actions, async () => {
      await setImmediate()
      // What is asked belongs to a state; another one may decide by now.
      return state() === from
    })
  }

  function listFor(
    { from, decisions, target, kind }: Asked,
    reachOf: (action: Action, entry: CatalogueEntry) => Verdict,
  ): VisibleList {
    const wouldHide: string[] = []
    const offered = [...from.catalogue.entries.values()].filter(
      (entry) => entry.kind === kind && (target === undefined || entry.target === target),
    )
    const entries = offered
      .filter((entry) => {
        const { qualifiedName: name, target: of, pin, quarantined } = entry
        // A target that is down is left out of lists; what it offered stays known to the policies.
        if (from.catalogue.health.get(of)?.state === 'down') return false
        const action = from.actions.get(name)
        if (action === undefined) return false
        const shown = reachOf(action, entry).answer === 'allow'
        if (!shown && action.mode === 'ENFORCE') return false
        if (pin !== 'approved' || quarantined !== undefined) return false
        const stays =
          action.shadow === undefined || reach(decisions, action.shadow).answer === 'allow'
        if (!shown || !stays) wouldHide.push(name)
        return true
      })
      .toSorted((a, b) => (a.qualifiedName < b.qualifiedName ? -1 : 1))
    const version = `${from.setVersion}.${from.schema.version}.${from.catalogue.version}`
    return { entries, hidden: offered.length - entries.length, wouldHide, version }
  }

  async function readable(
    identity: Identity,
    entry: CatalogueEntry,
    uris: readonly string[],
    version: string,
  ): Promise<ReadonlySet<string>> {
    const from = state()
    const action = from?.actions.get(entry.qualifiedName)
    if (action === undefined) return new Set()
    // What depends on the moment or the place may be allowed at another one.
    if (action.mode === 'LOG_ONLY' || action.circumstances.length > 0) return new Set(uris)
    const { principal } = identity
    const granted = access?.granted(principal, entry.qualifiedName, entry.hash)
    const own = verdicts.of(principal).own
    const key = `${version}.${granted ?? ''}`
    const known = own.lists.readable.get(entry.qualifiedName)
    if (known?.version === key) return known.uris
    const may = (uri: string): boolean => {
      const converted = convert(action.plan, { uri })
      if ('path' in converted) return false
      const verdict = decideCall(action, own.entity, around, converted)
      return verdict.answer === 'allow' || (granted !== undefined && isUnpermitted(verdict))
    }
    const all = action.fixed ? may(uris[0] ?? '') : undefined
    const allowed = new Set<string>(all === true ? uris : [])
    for (const [at, uri] of (all === undefined ? uris : []).entries()) {
      if (may(uri)) allowed.add(uri)
      if (at % AT_ONCE !== AT_ONCE - 1) continue
      await setImmediate()
      if (state() !== from) return readable(identity, entry, uris, version)
    }
    own.lists.readable.set(entry.qualifiedName, { version: key, uris: allowed })
    return allowed
  }

  return { visible, readable }
}

type Asked = {
  readonly from: Loaded
  readonly decisions: Own
  readonly target: string | undefined
  readonly kind: EntryKind
}
