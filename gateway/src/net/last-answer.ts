// Names of targets while the resolver is away (promises F-23): the last good answer is used again for a minute, and its
// addresses are judged again like any other's (lookup.ts). A name that is gone on purpose is gone a minute later.
import type { LookupAddress } from 'node:dns'
import type { Clock } from '../system/clock.ts'
import type { Resolve } from './lookup.ts'

const GOOD_FOR_MS = 60_000
const MOST_NAMES = 1_000

export function rememberAnswers(resolve: Resolve, clock: Clock): Resolve {
  const known = new Map<
    string,
    { readonly addresses: readonly LookupAddress[]; readonly atMs: number }
  >()
  return (hostname, done) => {
    resolve(hostname, (error, addresses) => {
      const last = known.get(hostname)
      if (error === null) {
        known.delete(hostname)
        known.set(hostname, { addresses, atMs: clock.monotonicMs() })
        if (known.size > MOST_NAMES) known.delete(known.keys().next().value ?? '')
        return done(null, addresses)
      }
      if (last === undefined || clock.monotonicMs() - last.atMs > GOOD_FOR_MS)
        return done(error, [])
      return done(null, last.addresses)
    })
  }
}
