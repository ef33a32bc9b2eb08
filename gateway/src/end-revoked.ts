// Streams of people, sessions and tokens that were revoked, and of what was disabled: here, or in another process that
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
}: Pick<Shared, 'streams' | 'denyList' | 'switches' | 'approvals'>): number {
  return streams.endWhere(
    (permit) =>
      denyList.refuses(revocable(permit.identity)) ||
      switches.ofPermit(permit) !== undefined ||
      hasLostAccess(permit, approvals),
  )
}

/** Permitted by a grant that has ended. */
function hasLostAccess(
  { decision, identity, entry }: Permit,
  { access }: Pick<Shared['approvals'], 'access'>,
): boolean {
  if (decision.access === undefined) return false
  return access.granted(identity.principal, entry.qualifiedName, entry.hash) === undefined
}
