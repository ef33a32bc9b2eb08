// Names of targets while the resolver is away (promises F-23): from its first failure on, the last good answer is used for
// a minute more, and its addresses are judged again like any other's (lookup.ts). A name that is gone on purpose is gone
// a minute later.
import type { LookupAddress } from 'node:dns'
import type { Clock } from '../system/clock.ts'
import type { Resolve } from './lookup.ts'

const GOOD_FOR_MS = 60_000
/** Connections live on without a look-up, so that an answer may be old when the first one fails. */
const OLDEST_MS = 3_600_000
const MOST_NAMES = 1_000

type Known = {
  readonly addresses: readonly LookupAddress[]
  readonly atMs: number
  failingSinceMs: number | undefined
}

export function rememberAnswers(resolve: Resolve, clock: Clock): Resolve {
  const known = new Map<string, Known>()

  function keep(hostname: string, addresses: readonly LookupAddress[]): void {
    known.delete(hostname)
    known.set(hostname, { addresses, atMs: clock.monotonicMs(), failingSinceMs: undefined })
    if (known.size > MOST_NAMES) known.delete(known.keys().next().value ?? '')
  }

  function lastOf(hostname: string): readonly LookupAddress[] | undefined {
    const last = known.get(hostname)
    if (last === undefined) return undefined
    const now = clock.monotonicMs()
    last.failingSinceMs ??= now
    const good = now - last.failingSinceMs <= GOOD_FOR_MS && now - last.atMs <= OLDEST_MS
    return good ? last.addresses : undefined
  }

  return (hostname, done) => {
    resolve(hostname, (error, addresses) => {
      if (error === null) {
        keep(hostname, addresses)
        return done(null, addresses)
      }
      const last = lastOf(hostname)
      return last === undefined ? done(error, []) : done(null, last)
    })
  }
}
