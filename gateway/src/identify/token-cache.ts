// Tokens that were verified a moment ago (oauth §8; attacks J-18). The key is the tuple of everything that
// the answer depends on: SHA-256 of the token, issuer, required audience, profile. Positives only, for at
// most a minute and never past `exp`; monotonic time. Whether a token is revoked is asked elsewhere, each time.
import type { Clock } from '../system/clock.ts'
import type { Identity } from './identity.ts'

export type TokenCache = {
  /** What stands for issuer, required audience and profile in a key; ask once and keep it. */
  readonly partition: (issuer: string, audience: string, profile: string) => string
  readonly get: (tokenHash: string, partition: string) => Identity | undefined
  readonly add: (
    tokenHash: string,
    partition: string,
    identity: Identity,
    nowSeconds: number,
  ) => void
  readonly purge: (tokenHash: string, partition: string) => void
  readonly size: () => number
}

type Entry = { readonly identity: Identity; readonly untilMs: number; movedMs: number }

const MAX_LIFE_SECONDS = 60
/** How exact the order of use is: an entry moves to the end once in this time. */
const MOVE_MS = 1_000

export function createTokenCache(clock: Clock, most: number): TokenCache {
  const entries = new Map<string, Entry>()
  const partitions = new Map<string, string>()
  return {
    partition: (...tuple) => {
      const key = JSON.stringify(tuple)
      const known = partitions.get(key)
      if (known !== undefined) return known
      // A number stands for the tuple, so that the key of a request is short. One per issuer and endpoint.
      const fresh = `:${partitions.size}`
      partitions.set(key, fresh)
      return fresh
    },
    get: (tokenHash, partition) => {
      const key = tokenHash + partition
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      const nowMs = clock.monotonicMs()
      if (entry.untilMs <= nowMs) {
        entries.delete(key)
        return undefined
      }
      if (nowMs - entry.movedMs >= MOVE_MS) {
        entries.delete(key)
        entries.set(key, entry)
        entry.movedMs = nowMs
      }
      return entry.identity
    },
    add: (tokenHash, partition, identity, nowSeconds) => {
      const life = Math.min(identity.expiresAtSeconds - nowSeconds, MAX_LIFE_SECONDS)
      if (life <= 0) return
      const nowMs = clock.monotonicMs()
      entries.set(tokenHash + partition, {
        identity,
        untilMs: nowMs + life * 1000,
        movedMs: nowMs,
      })
      if (entries.size > most) entries.delete(entries.keys().next().value as string)
    },
    purge: (tokenHash, partition) => {
      entries.delete(tokenHash + partition)
    },
    size: () => entries.size,
  }
}
