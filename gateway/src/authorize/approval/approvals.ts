// Settles a call that needs approval (policy-audit §1.5): asks for one, says that it waits, or uses the one that was
// given. Used means: taken out of the store by consumeOnce before anything is recorded or called, then the call is
// decided again, so that an approval never stands against a denial, a revocation or a disabled tool. Whoever decides
// requests does so at the desk (approval-desk.ts).
import { refuse, isRefusal, type Refusal } from '../../refusal.ts'
import { randomId } from '../../system/ids.ts'
import type { Clock } from '../../system/clock.ts'
import { Permit } from '../permit.ts'
import type { Approval, ApprovalRows } from './approval-rows.ts'
import { bindingKey, personKey, requesterOf } from './binding.ts'
import { personOf, type Notice, type RecordEvent } from './events.ts'
import type { InTurn } from '../../system/in-turn.ts'
import { needsApproval, type PendingCall } from './needs-approval.ts'

export type Settle = (
  pending: PendingCall,
  /** Everything that was checked until now, once more. */
  decideAgain: () => Permit | Refusal,
) => Promise<Permit | Refusal>

export type SettleParts = {
  readonly rows: ApprovalRows
  readonly clock: Clock
  readonly inTurn: InTurn
  readonly record: RecordEvent
  readonly notify: (notice: Notice) => void
  /** How many requests of one person may wait at a time. */
  readonly mostPerPerson: () => number
}

/** More is nothing that a person reviews. */
const MAX_ARGUMENTS_BYTES = 64 * 1024
const ATTEMPTS = 5

export function createSettle(parts: SettleParts): Settle {
  const { rows, clock, inTurn, record } = parts

  async function settle(pending: PendingCall, decideAgain: () => Permit | Refusal) {
    const known = await rows.bound(bindingKey(pending))
    if (known?.state !== 'given') return known ? answerOf(known) : ask(pending)
    const taken = await rows.take(known.reference)
    // Somebody else was first, or it was withdrawn at the last moment: this call needs its own.
    if (taken?.state !== 'given' || taken.untilMs <= clock.wallMs()) return ask(pending)
    return use(taken, decideAgain)
  }

  async function use(
    taken: Approval,
    decideAgain: () => Permit | Refusal,
  ): Promise<Permit | Refusal> {
    const { reference, requester, tool, hash, binding } = taken
    const isForIt = (answer: Permit | Refusal): boolean =>
      needsApproval(answer) && bindingKey(answer.pending) === binding
    const now = decideAgain()
    const stands = isForIt(now)
    await record({
      kind: 'approval',
      state: 'used',
      reference,
      requestId: needsApproval(now) ? now.pending.requestId : undefined,
      person: personOf(requester),
      detail: { tool, hash, ...(stands ? {} : { void: 'the call is decided otherwise by now' }) },
    })
    // The record takes its time: whoever was revoked meanwhile makes no call.
    const decided = decideAgain()
    if (!needsApproval(decided)) return decided
    if (!stands || !isForIt(decided)) return ask(decided.pending)
    const { pending } = decided
    return new Permit({ ...pending, decision: { ...pending.decision, approval: reference } })
  }

  function ask(pending: PendingCall): Promise<Refusal> {
    return inTurn(async () => {
      const binding = bindingKey(pending)
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const known = await rows.bound(binding)
        if (known !== undefined) return answerOf(known)
        const made = await open(pending, binding)
        if (isRefusal(made)) return made
        if (await rows.create(made, pending.argsJson)) return announce(made, pending)
      }
      return impossible('others ask for the same call at the same time', 'one request')
    })
  }

  async function open(pending: PendingCall, binding: string): Promise<Approval | Refusal> {
    const bytes = Buffer.byteLength(pending.argsJson)
    if (bytes > MAX_ARGUMENTS_BYTES) {
      return impossible(`${bytes} bytes of arguments`, `at most ${MAX_ARGUMENTS_BYTES}`)
    }
    const requester = requesterOf(pending.identity.principal)
    const asker = personKey(requester)
    const now = clock.wallMs()
    const waiting = (await rows.list()).filter(
      (one) => one.untilMs > now && personKey(one.requester) === asker,
    ).length
    const most = parts.mostPerPerson()
    if (waiting >= most)
      return impossible(`${waiting} of your calls wait already`, `at most ${most}`)
    const { entry, decision, roles, lifeMs, requestId } = pending
    return {
      reference: randomId(),
      state: 'asked',
      binding,
      requester,
      tool: entry.qualifiedName,
      hash: entry.hash,
      setVersion: decision.setVersion,
      policies: [...decision.policies],
      roles: [...roles],
      requestId,
      askedAtMs: now,
      lifeMs,
      untilMs: now + lifeMs,
    }
  }

  /** Recorded, or it never was: nobody decides on what the log does not know. */
  async function announce(made: Approval, { args, entry }: PendingCall): Promise<Refusal> {
    const { reference, requestId, requester, tool, hash, policies, roles, setVersion } = made
    const until = new Date(made.untilMs).toISOString()
    try {
      await record({
        kind: 'approval',
        state: 'asked',
        reference,
        requestId,
        person: personOf(requester),
        detail: { tool, hash, client: requester.client, policies, roles, set: setVersion, until },
        args: { values: args, keep: entry.facts.auditPaths },
      })
    } catch (error) {
      await rows.take(reference)
      throw error
    }
    parts.notify({ type: 'approval.asked', reference, tool, roles, expiresAtMs: made.untilMs })
    return answerOf(made)
  }

  return settle
}

function answerOf({ reference, state, policies }: Approval): Refusal {
  const seen = `reference \`${reference}\``
  if (state === 'refused') {
    return refuse('authorize.approval_refused', { seen, policies, reason: `refused: ${reference}` })
  }
  const reason = `waits for approval ${reference}`
  return refuse('authorize.needs_approval', { seen, policies, reason })
}

function impossible(seen: string, expected: string): Refusal {
  return refuse('authorize.approval_not_possible', { seen, expected, reason: seen })
}
