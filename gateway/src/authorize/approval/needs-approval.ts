// The third answer (policy-audit §1.5): a refusal that holds the call as it would be sent, so that an approval can be
// asked for or used. To whoever does not settle approvals it is a refusal like any other, and nothing is called.
import { refuse, type Refusal } from '../../refusal.ts'
import type { Permit } from '../permit.ts'

/** A call that only permits with `@approval` allow. */
export type PendingCall = Omit<Permit, never> & {
  /** Any one of them may approve. */
  readonly roles: readonly string[]
  /** How long it waits, and how long its approval then holds. */
  readonly lifeMs: number
}

export type NeedsApproval = Refusal & { readonly pending: PendingCall }

export function waitForApproval(pending: PendingCall): NeedsApproval {
  const roles = pending.roles.map((role) => `\`${role}\``).join(' or ')
  const { policies } = pending.decision
  const reason = `the policies that permit it ask for approval by ${roles}`
  return { ...refuse('authorize.needs_approval', { policies, reason }), pending }
}

export function needsApproval(answer: object): answer is NeedsApproval {
  return 'pending' in answer
}
