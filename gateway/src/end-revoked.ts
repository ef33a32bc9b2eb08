// Streams of people, sessions and tokens that were revoked, and of what was disabled: here, or in another process that
// shares the store.
import { revocable } from './identify/revocation.ts'
import type { Shared } from './shared.ts'

/** Returns how many streams were ended. */
export function endRevoked({
  streams,
  denyList,
  switches,
}: Pick<Shared, 'streams' | 'denyList' | 'switches'>): number {
  return streams.endWhere(
    (permit) =>
      denyList.refuses(revocable(permit.identity)) || switches.ofPermit(permit) !== undefined,
  )
}
