// Operator file: requests for approval as those who decide them see them, and their decisions. Four eyes: whoever asked
// does not decide, whatever roles they have (policy-audit §1.5). A decision is recorded before it takes effect.
import type { Clock } from '../../system/clock.ts'
import type { Approval, ApprovalRows, KnownApproval } from './approval-rows.ts'
import { personOf, type RecordEvent } from './events.ts'
import type { InTurn } from '../../system/in-turn.ts'

export type { Approval } from './approval-rows.ts'

/** Whoever decides: a person with roles. */
export type Decider = {
  readonly issuer: string
  readonly subject: string
  readonly tenant: string | undefined
  readonly client: string
  readonly roles: ReadonlySet<string>
}

export type ApprovalDesk = {
  /** What waits, was approved and is not used, or was refused; oldest first. */
  readonly list: () => Promise<readonly Approval[]>
  readonly find: (reference: string) => Promise<Approval | undefined>
  /** The full arguments as they would be sent, in JSON. */
  readonly argsJson: (reference: string) => Promise<string | undefined>
  /** `barred`: why this person may not. Rejects with an Error in words where there is nothing to decide. */
  readonly decide: (
    reference: string,
    answer: 'given' | 'refused',
    by: Decider,
    reason: string,
  ) => Promise<Approval | { readonly barred: string }>
  /** Takes out and records what has ended without being used. */
  readonly expire: () => Promise<void>
}

export function createApprovalDesk(parts: {
  readonly rows: ApprovalRows
  readonly clock: Clock
  readonly inTurn: InTurn
  readonly record: RecordEvent
}): ApprovalDesk {
  const { rows, clock, inTurn, record } = parts
  const ended = ({ untilMs }: Approval): boolean => untilMs <= clock.wallMs()

  const decide: ApprovalDesk['decide'] = (reference, answer, by, reason) =>
    inTurn(async () => {
      const known = await rows.get(reference)
      if (known === undefined || ended(known.approval)) {
        throw new Error(`nothing waits under \`${reference}\``)
      }
      const { approval } = known
      const barred = barredFrom(approval, by)
      if (barred !== undefined) return { barred }
      // An approval that was not used yet may be taken back; nothing else is decided twice.
      if (approval.state === 'refused' || approval.state === answer) {
        throw new Error(`\`${reference}\` is decided already: ${approval.state}`)
      }
      return settle(known, answer, by, reason)
    })

  async function settle(
    known: KnownApproval,
    state: 'given' | 'refused',
    by: Decider,
    reason: string,
  ): Promise<Approval> {
    const { approval } = known
    const { reference, tool, hash, requestId, lifeMs } = approval
    const untilMs = state === 'given' ? clock.wallMs() + lifeMs : approval.untilMs
    const until = new Date(untilMs).toISOString()
    const { issuer, subject, client } = by
    const detail = { tool, hash, client, until }
    await record({
      kind: 'approval',
      state,
      reference,
      requestId,
      person: personOf({ ...by, kind: 'person' }),
      detail,
      words: reason,
    })
    const next: Approval = { ...approval, state, untilMs, reason, decidedBy: { issuer, subject } }
    if (await rows.change(known, next)) return next
    throw new Error(`\`${reference}\` was decided or used by somebody else meanwhile`)
  }

  return {
    list: async () => (await rows.list()).filter((approval) => !ended(approval)).toSorted(byAge),
    async find(reference) {
      const known = await rows.get(reference)
      return known === undefined || ended(known.approval) ? undefined : known.approval
    },
    argsJson: rows.argsJson,
    decide,
    async expire() {
      for (const { reference } of (await rows.list()).filter(ended)) {
        const taken = await rows.take(reference)
        // A refusal has had its record.
        if (taken === undefined || taken.state === 'refused') continue
        const { requestId, requester, tool, hash, state: former } = taken
        const person = personOf(requester)
        const detail = { tool, hash, former }
        await record({ kind: 'approval', state: 'expired', reference, requestId, person, detail })
      }
    },
  }
}

/** Why this person may not decide this request, in words. */
export function barredFrom(
  { requester, roles }: Pick<Approval, 'requester' | 'roles'>,
  by: Pick<Decider, 'issuer' | 'subject' | 'roles'>,
): string | undefined {
  if (requester.issuer === by.issuer && requester.subject === by.subject) {
    return 'you asked for this yourself: a second person must decide it'
  }
  if (roles.some((role) => by.roles.has(role))) return undefined
  return `it takes the role ${roles.map((role) => `\`${role}\``).join(' or ')}, which you do not have`
}

function byAge(one: Approval, other: Approval): number {
  return one.askedAtMs - other.askedAtMs
}
