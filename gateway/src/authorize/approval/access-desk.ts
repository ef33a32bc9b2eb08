// Operator file: requests for access and grants as those who decide them see them. Whoever asked does not grant; a grant
// has an end, and can be ended before. What is decided is recorded before it takes effect, and takes effect at once.
import type { Clock } from '../../system/clock.ts'
import type { AccessRow, AccessRows, KnownAccess } from './access-rows.ts'
import { barredFrom, type Decider } from './approval-desk.ts'
import { personOf, type RecordEvent } from './events.ts'
import type { InTurn } from '../../system/in-turn.ts'

export type { AccessRow } from './access-rows.ts'

export type Grant = {
  readonly reference: string
  readonly lifeMs: number
  readonly reason: string
  /** Definition of a tool as it is now; `undefined` where there is no such tool. */
  readonly hashOf: (tool: string) => string | undefined
}

export type AccessDesk = {
  /** What waits and what is granted, oldest first. */
  readonly list: () => Promise<readonly AccessRow[]>
  readonly grant: (grant: Grant, by: Decider) => Promise<AccessRow | { readonly barred: string }>
  /** Refuses what waits, ends what is granted. */
  readonly end: (
    reference: string,
    reason: string,
    by: Decider,
  ) => Promise<AccessRow | { readonly barred: string }>
  /** Takes out and records what has ended by itself. */
  readonly expire: () => Promise<void>
}

export function createAccessDesk(parts: {
  readonly rows: AccessRows
  readonly clock: Clock
  readonly inTurn: InTurn
  readonly record: RecordEvent
  /** Reads the grants again, so that a change bites at once. */
  readonly refresh: () => Promise<void>
  readonly role: string
}): AccessDesk {
  const { rows, clock, inTurn, record, refresh, role } = parts
  const ended = ({ untilMs }: AccessRow): boolean => untilMs <= clock.wallMs()
  const barred = (access: AccessRow, by: Decider) =>
    barredFrom({ requester: access.requester, roles: [role] }, by)

  async function known(reference: string): Promise<KnownAccess> {
    const found = await rows.get(reference)
    if (found !== undefined && !ended(found.access)) return found
    throw new Error(`there is no request and no grant \`${reference}\``)
  }

  async function grant({ reference, lifeMs, reason, hashOf }: Grant, by: Decider) {
    const found = await known(reference)
    const { access } = found
    const why = barred(access, by)
    if (why !== undefined) return { barred: why }
    if (access.state === 'granted') throw new Error(`\`${reference}\` is granted already`)
    const { tool, requestId } = access
    const hash = hashOf(tool)
    if (hash === undefined) throw new Error(`there is no approved tool \`${tool}\``)
    if (access.forbidden) {
      throw new Error(
        `a policy forbids \`${tool}\`: no grant stands against that, change the policy`,
      )
    }
    const untilMs = clock.wallMs() + lifeMs
    const { issuer, subject, client } = by
    const until = new Date(untilMs).toISOString()
    const person = personOf({ ...by, kind: 'person' })
    const detail = { tool, hash, client, until }
    const state = 'granted'
    await record({ kind: 'access', state, reference, requestId, person, detail, words: reason })
    const next: AccessRow = {
      ...access,
      state,
      hash,
      reason,
      untilMs,
      grantedBy: { issuer, subject },
    }
    if (!(await rows.change(found, next))) throw new Error(`\`${reference}\` was decided meanwhile`)
    await refresh()
    return next
  }

  async function end(reference: string, reason: string, by: Decider) {
    const { access } = await known(reference)
    const why = barred(access, by)
    if (why !== undefined) return { barred: why }
    const { tool, requestId, state: former } = access
    const { client } = by
    const person = personOf({ ...by, kind: 'person' })
    const detail = { tool, client, former, by: 'an operator' }
    const state = 'ended'
    await record({ kind: 'access', state, reference, requestId, person, detail, words: reason })
    await rows.take(reference)
    await refresh()
    return access
  }

  return {
    list: async () =>
      (await rows.list())
        .filter((access) => !ended(access))
        .toSorted((one, other) => one.askedAtMs - other.askedAtMs),
    grant: (wanted, by) => inTurn(() => grant(wanted, by)),
    end: (reference, reason, by) => inTurn(() => end(reference, reason, by)),
    async expire() {
      for (const { reference } of (await rows.list()).filter(ended)) {
        const taken = await rows.take(reference)
        if (taken === undefined) continue
        const { requester, requestId, tool, state: former } = taken
        const person = personOf(requester)
        const detail = { tool, former, by: 'time' }
        await record({ kind: 'access', state: 'ended', reference, requestId, person, detail })
      }
    },
  }
}
