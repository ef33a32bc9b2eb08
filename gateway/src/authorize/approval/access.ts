// Access for a time: after a denial a person may ask, and a second person may grant one tool to this person at this
// client until a given time. A grant is one more permit: it turns "no policy permits it" into allow and nothing else,
// so a `forbid`, an erring policy, a disabled tool or one that is not approved stands against it. Grants are asked on
// the path without waiting: held in memory, read again from the store, worth nothing when they are too old.
import type { Identity, Principal } from '../../identify/identity.ts'
import { refuse, type Refusal } from '../../refusal.ts'
import type { Store } from '../../store/store.ts'
import { randomId } from '../../system/ids.ts'
import type { Clock } from '../../system/clock.ts'
import { createAccessDesk, type AccessDesk } from './access-desk.ts'
import { createAccessRows, type AccessRow } from './access-rows.ts'
import { personKey, requesterKey, requesterOf } from './binding.ts'
import { createDenials } from './denials-met.ts'
import { personOf, type Notice, type RecordEvent } from './events.ts'
import type { InTurn } from '../../system/in-turn.ts'

export type Access = AccessDesk & {
  /** The reference of the grant by which this principal may use the tool in this definition. */
  readonly granted: (principal: Principal, tool: string, hash: string) => string | undefined
  /** Changes with what is granted to this principal; `undefined` where nothing is. */
  readonly version: (principal: Principal) => string | undefined
  /** A call was denied: its person may ask for access by its request id, for a while. */
  readonly denied: (identity: Identity, requestId: string, tool: string, refusal: Refusal) => void
  /** The reference of the request, or why there is none. */
  readonly ask: (
    identity: Identity,
    asked: { readonly requestId: string; readonly reason: string },
    /** Whether a policy forbids the tool whatever the arguments. */
    forbids: (tool: string) => boolean,
  ) => Promise<string | Refusal>
  readonly refresh: () => Promise<void>
  readonly close: () => void
}

export type AccessParts = {
  readonly store: Store
  readonly clock: Clock
  readonly inTurn: InTurn
  readonly record: RecordEvent
  readonly notify: (notice: Notice) => void
  readonly mostPerPerson: () => number
  readonly log: { readonly warn: (fields: Readonly<Record<string, unknown>>, text: string) => void }
}

/** Whoever grants access has this role. */
export const ACCESS_ROLE = 'approver'

const REFRESH_MS = 10_000
/** Another process may have ended a grant: what was not read again for so long counts no more. */
const MAX_AGE_MS = 60_000
const ASKED_LIFE_MS = 7 * 86_400_000

export function createAccess(parts: AccessParts): Access {
  const { clock, inTurn, record } = parts
  const rows = createAccessRows(parts.store)
  const denials = createDenials(clock)
  let grants = new Map<string, readonly AccessRow[]>()
  let readMs = Number.NEGATIVE_INFINITY

  async function refresh(): Promise<void> {
    const startedMs = clock.monotonicMs()
    grants = byRequester((await rows.list()).filter(({ state }) => state === 'granted'))
    readMs = startedMs
  }

  function grantsOf(principal: Principal): readonly AccessRow[] {
    if (grants.size === 0 || clock.monotonicMs() - readMs > MAX_AGE_MS) return []
    const now = clock.wallMs()
    return (grants.get(keyOf(principal)) ?? []).filter(({ untilMs }) => untilMs > now)
  }

  const ask: Access['ask'] = (identity, { requestId, reason: why }, forbids) =>
    inTurn(async () => {
      const denial = denials.find(identity, requestId)
      if (denial === undefined) {
        return refuse('authorize.access_not_possible', {
          seen: `request \`${requestId}\``,
          expected: 'the id of a call of yours that was denied within the last hour',
        })
      }
      const requester = requesterOf(identity.principal)
      const [asker, person] = [requesterKey(requester), personKey(requester)]
      const now = clock.wallMs()
      // Of the person, whichever clients they ask by.
      const own = (await rows.list()).filter(
        (row) => row.untilMs > now && personKey(row.requester) === person,
      )
      const same = own.find(
        ({ tool, state, requester: of }) =>
          tool === denial.tool && state === 'asked' && requesterKey(of) === asker,
      )
      if (same !== undefined) return same.reference
      const most = parts.mostPerPerson()
      if (own.length >= most) {
        const seen = `${own.length} requests and grants of yours`
        return refuse('authorize.access_not_possible', { seen, expected: `fewer than ${most}` })
      }
      const { tool } = denial
      const forbidden = forbids(tool)
      const reference = randomId()
      const untilMs = now + ASKED_LIFE_MS
      await record({
        kind: 'access',
        state: 'asked',
        reference,
        requestId,
        person: personOf(requester),
        detail: { tool, client: requester.client, forbidden },
        words: why,
      })
      const asked = { state: 'asked', why, askedAtMs: now, untilMs } as const
      await rows.create({ ...asked, reference, requester, tool, requestId, forbidden })
      const roles = [ACCESS_ROLE]
      parts.notify({ type: 'access.asked', reference, tool, roles, expiresAtMs: untilMs })
      return reference
    })

  const timer = setInterval(() => {
    refresh().catch((error: unknown) => parts.log.warn({ err: error }, 'grants cannot be read'))
  }, REFRESH_MS)
  timer.unref()

  return {
    ...createAccessDesk({ rows, clock, inTurn, record, refresh, role: ACCESS_ROLE }),
    granted: (principal, tool, hash) =>
      grantsOf(principal).find((grant) => grant.tool === tool && grant.hash === hash)?.reference,
    version(principal) {
      const own = grantsOf(principal)
      return own.length === 0 ? undefined : own.map(({ reference }) => reference).join('.')
    },
    denied: denials.met,
    ask,
    refresh,
    close: () => clearInterval(timer),
  }
}

function byRequester(rows: readonly AccessRow[]): Map<string, readonly AccessRow[]> {
  const grouped = new Map<string, readonly AccessRow[]>()
  for (const row of rows) {
    const key = requesterKey(row.requester)
    grouped.set(key, [...(grouped.get(key) ?? []), row])
  }
  return grouped
}

function keyOf(principal: Principal): string {
  return requesterKey(requesterOf(principal))
}
