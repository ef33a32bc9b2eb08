// What would be denied if the policies that only log were in force (LOG_ONLY, policy-audit §1.4), for the record of the
// call. It decides nothing.
import type { ConversionFailure } from './conversion-walk.ts'
import { inconvertible } from './denials.ts'
import type { Action } from './action.ts'
import type { WouldDeny } from './permit.ts'
import type { Verdict } from './verdict.ts'

/** `undefined`: it would be allowed. */
export function wouldDeny(
  action: Action,
  verdict: Verdict | ConversionFailure,
): WouldDeny | undefined {
  if ('path' in verdict) {
    const { policies = [], refused } = inconvertible(action, verdict)
    return { policies, reason: refused }
  }
  const { answer, policies, approval } = verdict
  if (answer === 'error') return { policies, reason: 'authorize.policy_error' }
  if (answer === 'deny') return { policies, reason: 'authorize.denied' }
  return approval === undefined ? undefined : { policies, reason: 'authorize.needs_approval' }
}
