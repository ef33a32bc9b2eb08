// Which open streams go on: not those of people, sessions and tokens that were revoked or have expired, nor of what was
// disabled, here or in another process that shares the store; and after a change of policies or of the catalogue, not
// those that would no longer be opened. Where an answer cannot be had, the stream ends.
import { needsApproval } from './authorize/approval/needs-approval.ts'
import type { Authorize } from './authorize/authorize.ts'
import type { Permit } from './authorize/permit.ts'
import type { Owner } from './call/open-streams.ts'
import { revocable } from './identify/revocation.ts'
import { isRefusal } from './refusal.ts'
import type { Shared } from './shared.ts'

type Judges = Pick<Shared, 'streams' | 'denyList' | 'switches' | 'approvals' | 'clock'>

/** Returns how many streams were ended. */
export function endRevoked(shared: Judges): number {
  return shared.streams.endWhere((owner) => isRevoked(shared, owner))
}

/** After a change: `authorize` decides from now on. Returns how many streams were ended. */
export function endDisallowed(
  shared: Judges,
  authorize: Pick<Authorize, 'decide' | 'complete'>,
): number {
  return shared.streams.endWhere(
    (owner) =>
      isRevoked(shared, owner) ||
      // What somebody listens to is decided again for each note.
      (owner.permit !== undefined && !stillAllowed(authorize, owner.permit)),
  )
}

function isRevoked(
  { denyList, switches, approvals, clock }: Judges,
  { identity, permit }: Owner,
): boolean {
  try {
    if (denyList.refuses(revocable(identity))) return true
    if (permit !== undefined) {
      return switches.ofPermit(permit) !== undefined || hasLostAccess(permit, approvals)
    }
    // A call has its end; what somebody listens to has none but that of the token.
    const expired = identity.expiresAtSeconds * 1000 <= clock.wallMs()
    return expired || switches.ofCaller(identity) !== undefined
  } catch {
    return true
  }
}

/** Permitted by a grant that has ended. */
function hasLostAccess(
  { decision, identity, entry }: Permit,
  { access }: Pick<Shared['approvals'], 'access'>,
): boolean {
  if (decision.access === undefined) return false
  return access.granted(identity.principal, entry.qualifiedName, entry.hash) === undefined
}

function stillAllowed(
  authorize: Pick<Authorize, 'decide' | 'complete'>,
  { identity, entry, args, requestId, address, decision }: Permit,
): boolean {
  const decided =
    decision.completion === true
      ? authorize.complete(identity, entry, args, requestId, address)
      : authorize.decide(identity, entry, args, requestId, address)
  // What a second person approved has been called, once: it is still allowed while it would only wait again.
  if (decision.approval !== undefined && needsApproval(decided)) return true
  return !isRefusal(decided)
}
