// One object per principal, by fingerprint, so that later stages may hang their caches on the object.
// Bounded: the one that was met longest ago is forgotten first, and becomes a new object when met again.
import type { Principal } from './identity.ts'

export type Principals = {
  readonly intern: (principal: Principal) => Principal
  readonly all: () => Iterable<Principal>
}

export function createPrincipals(most: number): Principals {
  const known = new Map<string, Principal>()
  return {
    intern: (principal) => {
      const same = known.get(principal.fingerprint)
      const kept = same ?? principal
      if (same !== undefined) known.delete(same.fingerprint)
      known.set(kept.fingerprint, kept)
      if (known.size > most) known.delete(known.keys().next().value as string)
      return kept
    },
    all: () => known.values(),
  }
}
