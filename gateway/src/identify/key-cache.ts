// The keys of one issuer (oauth §8; promises F-02, F-03, F-18; attacks J-15, J-16, J-17): fresh for ten
// minutes, then fetched again; while that fails they go on for the stale window, flagged; after it, or when
// there never were any, a fault that names the issuer and no 401, which would make clients drop good grants.
// An unknown `kid` fetches again, at most once in 30 seconds whatever came back. Keys of issuers never mix.
import { Fault } from '../fault.ts'
import type { Clock } from '../system/clock.ts'
import type { Algorithm } from './algorithms.ts'
import { discoverKeys } from './discovery.ts'
import type { IssuerFetch } from './discovery.ts'
import { findKey, readKeySet } from './key-set.ts'
import type { KeySet, SigningKey } from './key-set.ts'
import { createUnknownKeys } from './unknown-keys.ts'

export type FoundKey = { readonly key: SigningKey; readonly stale: boolean }

export type KeyCache = {
  /** `undefined`: the issuer has no such key. A promise only where a fetch could help. Throws Fault. */
  readonly find: (
    keyId: string | undefined,
    algorithm: Algorithm,
  ) => FoundKey | undefined | Promise<FoundKey | undefined>
  /** Fetches now, unless an attempt was made just before. Never rejects. */
  readonly refresh: () => Promise<void>
  readonly status: () => KeyStatus
}

export type KeyStatus = {
  readonly issuer: string
  /** `gone`: tokens of this issuer are answered with a fault. */
  readonly keys: 'fresh' | 'stale' | 'gone'
  readonly keyCount: number
  /** Of the last good set; `undefined`: there is none. */
  readonly ageMs: number | undefined
  readonly attempts: number
  readonly failures: number
  readonly lastFailure: string | undefined
  /** The issuer's clock minus ours, by its `Date` header; ± 1 s. `undefined`: not seen yet. */
  readonly clockSkewMs: number | undefined
}

export type KeyCacheParts = {
  readonly issuer: string
  readonly jwksUri: string | undefined
  readonly staleIfErrorSeconds: number
  readonly fetch: IssuerFetch
  readonly clock: Clock
  readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void
}

const FRESH_MS = 600_000
/** From here on a fetch is started ahead, so that no request has to wait for it. */
const RENEW_MS = 480_000
const COOLDOWN_MS = 30_000
/** A failure older than this says nothing about now: the next request waits for a new attempt. */
const OUTAGE_MS = 2 * COOLDOWN_MS
const REDISCOVER_MS = 3_600_000

export function createKeyCache(parts: KeyCacheParts): KeyCache {
  const { issuer, clock } = parts
  const staleMs = FRESH_MS + parts.staleIfErrorSeconds * 1000
  const unknown = createUnknownKeys(clock)
  let set: KeySet | undefined
  let fetchedMs = 0
  let attemptedMs = Number.NEGATIVE_INFINITY
  let flight: Promise<void> | undefined
  let discovered: { uri: string; atMs: number } | undefined
  let lastFailure: string | undefined
  let clockSkewMs: number | undefined
  let attempts = 0
  let failures = 0

  const ageMs = (): number =>
    set === undefined ? Number.POSITIVE_INFINITY : clock.monotonicMs() - fetchedMs
  const stateOf = (age: number): KeyStatus['keys'] =>
    age <= FRESH_MS ? 'fresh' : age <= staleMs ? 'stale' : 'gone'
  const sinceAttempt = (): number => clock.monotonicMs() - attemptedMs
  const mayAttempt = (): boolean => flight === undefined && sinceAttempt() >= COOLDOWN_MS

  function find(
    keyId: string | undefined,
    algorithm: Algorithm,
  ): FoundKey | undefined | Promise<FoundKey | undefined> {
    const age = ageMs()
    const state = stateOf(age)
    const key = set === undefined ? undefined : findKey(set, keyId, algorithm)
    const outage = lastFailure !== undefined && sinceAttempt() < OUTAGE_MS
    if (key !== undefined && (state === 'fresh' || (state === 'stale' && outage))) {
      if (age > RENEW_MS && mayAttempt()) void attempt()
      return { key, stale: state === 'stale' }
    }
    const pointless = state === 'fresh' && unknown.has(keyId)
    if (pointless || (flight === undefined && !mayAttempt())) return settle(keyId, algorithm)
    return attempt().then(() => {
      const found = settle(keyId, algorithm)
      if (found === undefined && lastFailure === undefined) unknown.add(keyId)
      return found
    })
  }

  function settle(keyId: string | undefined, algorithm: Algorithm): FoundKey | undefined {
    const state = stateOf(ageMs())
    if (set === undefined || state === 'gone') {
      throw new Fault('identify.keys_unavailable', `no keys of ${issuer}: ${lastFailure}`, {
        dependency: issuer,
        retryAfterSeconds: COOLDOWN_MS / 1000,
      })
    }
    const key = findKey(set, keyId, algorithm)
    return key && { key, stale: state === 'stale' }
  }

  // Single flight: whoever comes while it runs waits for the same one. Never rejects.
  function attempt(): Promise<void> {
    flight ??= load().finally(() => {
      flight = undefined
    })
    return flight
  }

  async function load(): Promise<void> {
    attemptedMs = clock.monotonicMs()
    attempts += 1
    try {
      const loaded = readKeySet(await fetchDocument(await locate()))
      if (typeof loaded === 'string') throw new Error(loaded)
      warnOfLeftOut(loaded)
      set = loaded
      fetchedMs = clock.monotonicMs()
      lastFailure = undefined
      unknown.clear()
    } catch (error) {
      failures += 1
      discovered = undefined
      lastFailure = error instanceof Error ? error.message : 'unknown failure'
      parts.warn({ issuer, reason: lastFailure }, 'the keys of an issuer could not be fetched')
    }
  }

  async function locate(): Promise<string> {
    if (parts.jwksUri !== undefined) return parts.jwksUri
    const now = clock.monotonicMs()
    if (discovered === undefined || now - discovered.atMs > REDISCOVER_MS) {
      discovered = { uri: await discoverKeys(issuer, parts.fetch), atMs: now }
    }
    return discovered.uri
  }

  async function fetchDocument(url: string): Promise<Buffer> {
    const response = await parts.fetch(url)
    const issuerMs = Date.parse(response.headers.get('date') ?? '')
    // The header is cut to seconds: half a second is its mean error.
    if (!Number.isNaN(issuerMs)) clockSkewMs = issuerMs + 500 - clock.wallMs()
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`)
    return response.body
  }

  function warnOfLeftOut(loaded: KeySet): void {
    if (loaded.leftOut.length === 0 || String(loaded.leftOut) === String(set?.leftOut)) return
    parts.warn({ issuer, leftOut: loaded.leftOut }, 'keys of an issuer are not used')
  }

  return {
    find,
    refresh: () => (flight === undefined && !mayAttempt() ? Promise.resolve() : attempt()),
    status: () => ({
      issuer,
      keys: stateOf(ageMs()),
      keyCount: set?.size ?? 0,
      ageMs: set && ageMs(),
      attempts,
      failures,
      lastFailure,
      clockSkewMs,
    }),
  }
}
