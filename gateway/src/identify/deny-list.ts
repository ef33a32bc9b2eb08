// Revoked tokens, sessions, grants, clients and people (oauth §10, policy-audit §3): held in memory, asked on
// every request, read again from the store every ten seconds, so that every node knows ≤ 30 s. While the
// store is away the last list goes on and its age grows; `identify` refuses when it is too old.
import { Fault } from '../fault.ts'
import type { Store } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { MAX_LIFE_SECONDS } from './token-times.ts'
import { parseRevocation, refusedUntil, revocationKey, RevocationIndex } from './revocation.ts'
import type { RevocableToken, Revocation } from './revocation.ts'

export type DenyList = {
  readonly refuses: (token: RevocableToken) => boolean
  /** Effective here at once, and elsewhere when it resolves and the others have read it. */
  readonly revoke: (revocation: Revocation) => Promise<void>
  /** Reads the list from the store. Rejects where that is not possible; the last list stays. */
  readonly refresh: () => Promise<void>
  /** Since the last good read; infinite before the first. */
  readonly ageMs: () => number
  readonly size: () => number
  readonly close: () => void
}

const REFRESH_MS = 10_000
const MOST_ROWS = 1_000_000
const ATTEMPTS = 5
/** A revocation outlives every token that it can meet: the longest life, and an hour for clocks. */
const LIFE_MS = (MAX_LIFE_SECONDS + 3600) * 1000
/** That of a person outlives the refresh tokens of the sign-in too: issuers let them live for weeks. */
const SUBJECT_LIFE_MS = 90 * 86_400_000

/** `refreshed`: told of every read in the background, with what was wrong where it failed. */
export function createDenyList(
  store: Store,
  clock: Clock,
  refreshed: (failure?: unknown) => void = () => {},
  refreshMs = REFRESH_MS,
): DenyList {
  let index = new RevocationIndex()
  let readMs = Number.NEGATIVE_INFINITY
  let flight: Promise<void> | undefined
  /** Made here and not yet seen in a read that began after they were written: reads must not lose them. */
  const unseen = new Map<Revocation, 'writing' | 'written'>()

  async function read(): Promise<void> {
    const startedMs = clock.monotonicMs()
    const written = [...unseen].filter(([, state]) => state === 'written')
    const rows = await store.list('revocation', MOST_ROWS)
    const fresh = new RevocationIndex()
    let unreadable = 0
    for (const row of rows) {
      const revocation = parseRevocation(row.value)
      if (revocation === undefined) unreadable += 1
      else fresh.add(revocation)
    }
    for (const revocation of unseen.keys()) fresh.add(revocation)
    for (const [revocation] of written) unseen.delete(revocation)
    index = fresh
    if (unreadable > 0) {
      // A newer version's kind, or a damaged row: what is known counts, but the list is not complete.
      throw new Fault('identify.revocations_unavailable', `${unreadable} rows cannot be read`, {
        dependency: 'revocations',
      })
    }
    readMs = startedMs
  }

  const refresh = (): Promise<void> => {
    flight ??= read().finally(() => {
      flight = undefined
    })
    return flight
  }

  async function revoke(revocation: Revocation): Promise<void> {
    index.add(revocation)
    unseen.set(revocation, 'writing')
    try {
      await write(revocation)
      unseen.set(revocation, 'written')
    } catch (error) {
      unseen.delete(revocation)
      throw error
    }
  }

  async function write(revocation: Revocation): Promise<void> {
    const id = revocationKey(revocation)
    const fromMs = 'issuedUntilSeconds' in revocation ? revocation.issuedUntilSeconds * 1000 : 0
    const put = {
      kind: 'revocation',
      id,
      value: JSON.stringify(revocation),
      expiresAtMs:
        Math.max(fromMs, clock.wallMs()) +
        (revocation.by === 'subject' ? SUBJECT_LIFE_MS : LIFE_MS),
    } as const
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await store.insertIfAbsent(put)) return
      const row = await store.get('revocation', id)
      if (row === undefined) continue
      const known = parseRevocation(row.value)
      // Never weaker than before: the later of two times counts.
      if (known !== undefined && refusedUntil(known) > refusedUntil(revocation)) return
      if (await store.casUpdate(put, row.revision)) return
    }
    throw new Fault('store.unavailable', 'the revocation could not be written', {
      dependency: 'store',
    })
  }

  const timer = setInterval(() => {
    refresh().then(() => refreshed(), refreshed)
  }, refreshMs)
  timer.unref()

  return {
    refuses: (token) => index.refuses(token),
    revoke,
    refresh,
    ageMs: () => clock.monotonicMs() - readMs,
    size: () => index.size,
    close: () => clearInterval(timer),
  }
}
