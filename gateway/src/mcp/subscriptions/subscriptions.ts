// Who listens to what, for one configuration (protocol §6, §8): everybody who listens hears what has changed for them, soon
// after it has, and once a second at most. Lists are compared as this person sees them, so nobody learns of a change in what they may not see,
// and a storm of changes is one note (attacks D-07). Updates of resources come from the targets, through one
// subscription each, and pass to whoever may read that resource at this moment.
import type { ListenFilter, TargetEvent } from '../../call/connector.ts'
import type { Identity } from '../../identify/identity.ts'
import { createUpstream, isEmpty, type Listen, type Upstream } from './upstream.ts'
import { createWanted } from './wanted.ts'

/** What somebody sees at this moment, each list as a text that changes with it. */
export type Seen = { readonly tools: string; readonly prompts: string; readonly resources: string }

/** Who listens, and where. */
export type Reader = {
  readonly identity: Identity
  /** The endpoint: `undefined` is that of all targets. */
  readonly target: string | undefined
  /** The revision of a session of the old era: a target that demands a newer one is not there for it. */
  readonly spoken: string | undefined
  /** Of the peer, and the request that opened the stream: policies and records name them. */
  readonly address: string
  readonly requestId: string
}

/** What somebody may hear of, as it was decided once for everything that is asked for. */
export type Honoured = {
  readonly filter: ListenFilter
  /** The target that answers for each URI that may be read. */
  readonly owners: ReadonlyMap<string, string>
}

export type Listener = {
  readonly reader: Reader
  /** What is asked for; of the old era it changes while the stream is open. It is decided at each look, once. */
  readonly filter: () => ListenFilter | Promise<ListenFilter>
  readonly told: (event: TargetEvent) => void
  /** Nothing is left that this person may see. */
  readonly nothingLeft: () => void
}

export type Subscriptions = {
  /** `honoured`: as it was decided for this listener just now. Resolves once it listens. Returns what ends it. */
  readonly follow: (listener: Listener, honoured: Honoured) => Promise<() => void>
  /** What of the filter this person may hear of now. */
  readonly honoured: (reader: Reader, filter: ListenFilter) => Honoured
  readonly readableAt: SubscriptionParts['readableAt']
  /** Somebody asks for something else now, or there is something else to see. */
  readonly changed: () => void
  readonly close: () => void
}

export type SubscriptionParts = {
  /** `undefined`: nothing at all. */
  readonly seen: (reader: Reader) => Promise<Seen | undefined>
  /** The target that answers for a resource that this person may read now. */
  readonly readableAt: (reader: Reader, uri: string) => string | undefined
  /** `undefined`: this target tells nothing. */
  readonly listenTo: (target: string) => Listen | undefined
  readonly targets: readonly string[]
  /** A target said that its lists have changed: it is asked again, and what follows is seen by everybody. */
  readonly describeAgain: (target: string) => void
  readonly log: {
    readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void
  }
  readonly nowMs: () => number
}

type Following = {
  readonly listener: Listener
  seen: Seen | undefined
  honoured: Honoured
  /** URIs that were updated since the last look, and the targets that said so. */
  readonly updated: Map<string, Set<string>>
  toldMs: number
}

const EVERY_MS = 1_000
/** A storm of changes is looked at so often. */
const SOON_MS = 100

export function createSubscriptions(parts: SubscriptionParts): Subscriptions {
  const followers = new Set<Following>()
  const upstreams = new Map<string, Upstream>()
  let wanted = createWanted()
  let timer: NodeJS.Timeout | undefined
  let soonTimer: NodeJS.Timeout | undefined
  let looking = false
  /** Targets that said that their lists have changed, and when each was last asked. */
  const stale = new Set<string>()
  const describedMs = new Map<string, number>()

  function upstreamOf(target: string): Upstream | undefined {
    const known = upstreams.get(target)
    if (known !== undefined) return known
    const listen = parts.listenTo(target)
    if (listen === undefined) return undefined
    const upstream = createUpstream({
      listen,
      nowMs: parts.nowMs,
      told: (event) => hear(target, event),
      lost: (reason) => parts.log.warn({ target, reason }, 'a subscription at a target has ended'),
    })
    upstreams.set(target, upstream)
    return upstream
  }

  function hear(target: string, event: TargetEvent): void {
    if (event.kind !== 'resourceUpdated') return describeAgain(target)
    for (const following of followers) {
      const { honoured, updated } = following
      if (!honoured.owners.has(event.uri)) continue
      updated.set(event.uri, (updated.get(event.uri) ?? new Set()).add(target))
    }
    soon()
  }

  /** Whoever says so again and again is asked once a second; the next look asks what this one keeps. */
  function describeAgain(target: string): void {
    const nowMs = parts.nowMs()
    if (nowMs - (describedMs.get(target) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) {
      stale.add(target)
      return
    }
    stale.delete(target)
    describedMs.set(target, nowMs)
    parts.describeAgain(target)
  }

  function soon(): void {
    if (followers.size > 0) soonTimer ??= setTimeout(() => void look(), SOON_MS).unref()
  }

  async function look(): Promise<void> {
    clearTimeout(soonTimer)
    soonTimer = undefined
    if (looking || followers.size === 0) return
    looking = true
    for (const target of stale) describeAgain(target)
    try {
      for (const following of followers) await tell(following).catch(report)
      wanted = createWanted()
      want(followers, upstreams.keys())
    } finally {
      looking = false
    }
  }

  function report(error: unknown): void {
    parts.log.warn({ err: error }, 'what somebody listens to could not be looked at')
  }

  async function tell(following: Following): Promise<void> {
    const { listener, updated } = following
    const { reader } = listener
    const asked = await listener.filter()
    const before = following.seen
    const now = await parts.seen(reader)
    if (!followers.has(following)) return
    following.honoured = honoured(reader, asked)
    const { filter, owners } = following.honoured
    if (now === undefined) {
      following.seen = now
      if (before !== undefined) listener.nothingLeft()
      return
    }
    // The next look tells what this one keeps.
    if (parts.nowMs() - following.toldMs < EVERY_MS) return
    following.seen = now
    const told = (event: TargetEvent): void => {
      following.toldMs = parts.nowMs()
      listener.told(event)
    }
    for (const [list, kind] of LISTS) {
      const changed = before?.[list] !== now[list]
      if (changed && filter[kind] === true) told({ kind })
    }
    for (const [uri, sayers] of updated) {
      updated.delete(uri)
      // Whoever may not read it now does not hear of it now, and nobody hears it from a target that does not own it.
      const owner = owners.get(uri)
      if (owner !== undefined && sayers.has(owner)) told({ kind: 'resourceUpdated', uri })
    }
  }

  function honoured(reader: Reader, asked: ListenFilter): Honoured {
    const { resourceSubscriptions: uris = [], ...lists } = asked
    const owners = new Map<string, string>()
    for (const uri of uris) {
      const owner = parts.readableAt(reader, uri)
      if (owner !== undefined) owners.set(uri, owner)
    }
    const filter =
      owners.size === 0 ? lists : { ...lists, resourceSubscriptions: [...owners.keys()] }
    return { filter, owners }
  }

  /** These want something too, as was decided last; `touched`: targets that are told of it in any case. */
  function want(these: Iterable<Following>, touched: Iterable<string>): void {
    const targets = new Set(touched)
    for (const {
      listener,
      honoured: { filter, owners },
    } of these) {
      const { target } = listener.reader
      const { resourceSubscriptions: _, ...lists } = filter
      if (!isEmpty(lists)) {
        for (const id of target === undefined ? parts.targets : [target]) {
          wanted.addLists(id, lists)
          targets.add(id)
        }
      }
      for (const [uri, owner] of owners) {
        wanted.addUri(owner, uri)
        targets.add(owner)
      }
    }
    for (const target of targets) upstreamOf(target)?.want(wanted.of(target))
  }

  function stopLooking(): void {
    clearInterval(timer)
    clearTimeout(soonTimer)
    timer = undefined
    soonTimer = undefined
  }

  function forget(following: Following): void {
    followers.delete(following)
    if (followers.size > 0) return
    stopLooking()
    wanted = createWanted()
    for (const upstream of upstreams.values()) upstream.close()
  }

  return {
    async follow(listener, decided) {
      const following: Following = {
        listener,
        seen: await parts.seen(listener.reader),
        honoured: decided,
        updated: new Map(),
        toldMs: Number.NEGATIVE_INFINITY,
      }
      followers.add(following)
      timer ??= setInterval(() => void look(), EVERY_MS).unref()
      want([following], [])
      return () => forget(following)
    },
    honoured,
    readableAt: parts.readableAt,
    changed: soon,
    close() {
      stopLooking()
      followers.clear()
      for (const upstream of upstreams.values()) upstream.close()
    },
  }
}

const LISTS = [
  ['tools', 'toolsListChanged'],
  ['prompts', 'promptsListChanged'],
  ['resources', 'resourcesListChanged'],
] as const
