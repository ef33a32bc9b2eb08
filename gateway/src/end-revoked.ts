// Streams of people, sessions and tokens that were revoked or have expired, and of what was disabled: here, or in another process that
// shares the store.
import type { Permit } from './authorize/permit.ts'
import { revocable } from './identify/revocation.ts'
import type { Shared } from './shared.ts'

/** Returns how many streams were ended. */
export function endRevoked({
  streams,
  denyList,
  switches,
  approvals,
  clock,
}: Pick<Shared, 'streams' | 'denyList' | 'switches' | 'approvals' | 'clock'>): number {
  return streams.endWhere(({ identity, permit }) => {
    if (denyList.refuses(revocable(identity))) return true
    if (permit !== undefined) {
      return switches.ofPermit(permit) !== undefined || hasLostAccess(permit, approvals)
    }
    // A call has its end; what somebody listens to has none but that of the token.
    const expired = identity.expiresAtSeconds * 1000 <= clock.wallMs()
    return expired || switches.ofCaller(identity) !== undefined
  })
}

/** Permitted by a grant that has ended. */
function hasLostAccess(
  { decision, identity, entry }: Permit,
  { access }: Pick<Shared['approvals'], 'access'>,
): boolean {
  if (decision.access === undefined) return false
  return access.granted(identity.principal, entry.qualifiedName, entry.hash) === undefined
}
