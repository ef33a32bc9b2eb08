// One subscription at one target for everybody here who follows something of it: opened when somebody wants to hear,
// renewed when more is wanted, ended when nobody listens, and opened again after the target ended it. What may have been
// missed meanwhile is told as a change, because nobody can know; lists may have changed before it was opened, too. It
// belongs to the gateway's own credential.
import type { ListenFilter, TargetEvent } from '../../call/connector.ts'

export type Upstream = {
  /** What is wanted now; called again and again. */
  readonly want: (filter: ListenFilter) => void
  readonly close: () => void
}

/** As `Connector.listen`, with the credential in it. */
export type Listen = (
  filter: ListenFilter,
  on: {
    readonly opened: (agreed: ListenFilter) => void
    readonly told: (event: TargetEvent) => void
  },
  signal: AbortSignal,
) => Promise<string>

export type UpstreamParts = {
  readonly listen: Listen
  readonly told: (event: TargetEvent) => void
  /** Of each one that ended and is to be opened again. */
  readonly lost: (reason: string) => void
  readonly nowMs: () => number
}

type Open = { readonly asked: ListenFilter; readonly controller: AbortController }

const AGAIN_AFTER_MS = 1_000
const AGAIN_AT_MOST_MS = 30_000

export function createUpstream({ listen, told, lost, nowMs }: UpstreamParts): Upstream {
  let current: Open | undefined
  let failures = 0
  let notBeforeMs = 0
  let missed = false

  function open(filter: ListenFilter): void {
    const former = current
    const controller = new AbortController()
    const mine: Open = { asked: filter, controller }
    current = mine
    const opened = (agreed: ListenFilter): void => {
      former?.controller.abort()
      failures = 0
      for (const event of eventsOf(agreed)) {
        if (missed || isUnknown(event, former)) told(event)
      }
      missed = false
    }
    void listen(filter, { opened, told }, controller.signal).then((reason) => {
      former?.controller.abort()
      if (current !== mine) return
      current = undefined
      failures += 1
      missed = true
      notBeforeMs = nowMs() + Math.min(AGAIN_AFTER_MS * 2 ** (failures - 1), AGAIN_AT_MOST_MS)
      lost(reason)
    })
  }

  function close(): void {
    const former = current
    current = undefined
    missed = false
    former?.controller.abort()
  }

  return {
    want(filter) {
      if (isEmpty(filter)) return close()
      if (current !== undefined && covers(current.asked, filter)) return
      if (nowMs() >= notBeforeMs) open(filter)
    },
    close,
  }
}

const KINDS = ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'] as const

export function isEmpty(filter: ListenFilter): boolean {
  const { resourceSubscriptions: uris = [] } = filter
  return uris.length === 0 && KINDS.every((kind) => filter[kind] !== true)
}

function covers(asked: ListenFilter, wanted: ListenFilter): boolean {
  const known = new Set(asked.resourceSubscriptions)
  return (
    KINDS.every((kind) => wanted[kind] !== true || asked[kind] === true) &&
    (wanted.resourceSubscriptions ?? []).every((uri) => known.has(uri))
  )
}

/** Nobody listened to this list up to now. */
function isUnknown({ kind }: TargetEvent, former: Open | undefined): boolean {
  return kind !== 'resourceUpdated' && former?.asked[kind] !== true
}

/** Everything that the filter may stand for. */
function eventsOf(filter: ListenFilter): readonly TargetEvent[] {
  const lists = KINDS.filter((kind) => filter[kind] === true).map((kind) => ({ kind }))
  const uris = filter.resourceSubscriptions ?? []
  return [...lists, ...uris.map((uri) => ({ kind: 'resourceUpdated' as const, uri }))]
}
