// Streams of people, sessions and tokens that were revoked: here, or in another process that shares the store.
import { revocable } from './identify/revocation.ts'
import type { Shared } from './shared.ts'

/** Returns how many streams were ended. */
export function endRevoked({ streams, denyList }: Pick<Shared, 'streams' | 'denyList'>): number {
  return streams.endWhere(({ identity }) => denyList.refuses(revocable(identity)))
}
