// Head → Identity: who is behind a request (oauth §8). A token that was verified a moment ago is known by its
// hash, without a promise; every other one is verified in full. The deny list is asked each time, whichever
// way it went. What cannot be decided is a refusal or a fault, never a pass (attacks M-27).
import { hash } from 'node:crypto'
import { Fault } from '../fault.ts'
import type { Head } from '../in/inbound.ts'
import type { GuardedFetch } from '../net/guarded-fetch.ts'
import { wayOf, type Outward } from '../net/outward.ts'
import { isRefusal, refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import type { Clock } from '../system/clock.ts'
import { bearerToken } from './bearer.ts'
import type { DenyList } from './deny-list.ts'
import { issuerFetch } from './discovery.ts'
import type { Identity, Principal } from './identity.ts'
import { createKeyCache } from './key-cache.ts'
import type { KeyCache, KeyStatus } from './key-cache.ts'
import { createPrincipals } from './principals.ts'
import { PROFILES } from './profiles/profiles.ts'
import type { IssuerSettings } from './settings.ts'
import { revocable } from './revocation.ts'
import { createTokenCache } from './token-cache.ts'
import { verifyToken } from './verify-token.ts'
import type { Issuer } from './verify-token.ts'

export type Identify = {
  readonly identify: (head: Head) => Identity | Refusal | Promise<Identity | Refusal>
  /** Who is behind a token that is good for any of these resources: an operator's, which comes by no route. */
  readonly identifyAnywhere: (
    token: string,
    resources: readonly string[],
  ) => Promise<Identity | Refusal>
  /** Whether somebody who was let in has been revoked since. Throws Fault where that cannot be known. */
  readonly revoked: (identity: Identity) => Refusal | undefined
  /** Principals that were met, for lists that are filtered ahead. */
  readonly principals: () => Iterable<Principal>
  /** Keys and clock of each issuer, for readiness and metrics (F-02, F-12). */
  readonly issuers: () => readonly KeyStatus[]
  /**
   * Up to which second of issue a person or client of this issuer is to be refused, for a revocation now: by the
   * clock of the issuer, which stamps `iat`. One that goes ahead would else leave its newest tokens valid.
   */
  readonly revokedUntilSeconds: (issuer: string) => number
  /** Tokens found in the cache, and verified in full. */
  readonly counts: () => { readonly cached: number; readonly verified: number }
  /** Fetches the keys of all issuers, where that was not just done: at start and from time to time. Never rejects. */
  readonly warm: () => Promise<void>
}

export type IdentifySettings = {
  readonly issuers: readonly IssuerSettings[]
  readonly requiredScopes: readonly string[]
}

export type IdentifyParts = {
  readonly fetch: GuardedFetch
  /** The way to an issuer; absent: as the fetch goes. */
  readonly outward?: (issuer: string) => Outward
  readonly clock: Clock
  readonly denyList: Pick<DenyList, 'refuses' | 'ageMs'>
  readonly log: {
    readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void
  }
  /** The oldest list of revocations that is good enough. */
  readonly maxRevocationAgeMs?: number
  /** Where keys outlive this configuration: a reload while an issuer is away must not lose them (F-02). */
  readonly keyCaches?: KeyCaches
}

/** By everything that a key cache depends on. */
export type KeyCaches = Map<string, KeyCache>

const MAX_CACHED_TOKENS = 20_000
const MAX_PRINCIPALS = 10_000
// F-05: the data path lives on for minutes without a store; as long as an access token usually does.
const MAX_REVOCATION_AGE_MS = 900_000

export function createIdentify(settings: IdentifySettings, parts: IdentifyParts): Identify {
  const { clock, denyList } = parts
  const issuers = issuersOf(settings.issuers, parts)
  const principals = createPrincipals(MAX_PRINCIPALS)
  const verifyParts = { issuers, clock, intern: principals.intern }
  const cache = createTokenCache(clock, MAX_CACHED_TOKENS)
  const partitions = new Map<string, readonly string[]>()
  const maxAgeMs = parts.maxRevocationAgeMs ?? MAX_REVOCATION_AGE_MS
  const counts = { cached: 0, verified: 0 }

  function identify(head: Head): Identity | Refusal | Promise<Identity | Refusal> {
    return identifyAt(head.headers.get('authorization'), head.route.resource)
  }

  async function identifyAnywhere(
    token: string,
    resources: readonly string[],
  ): Promise<Identity | Refusal> {
    let refusal = refuse('identify.wrong_audience')
    for (const resource of resources) {
      const identified = await identifyAt(`Bearer ${token}`, resource)
      if (!isRefusal(identified)) return identified
      // Whatever else is wrong with the token is wrong at every resource.
      if (identified.refused !== 'identify.wrong_audience') return identified
      refusal = identified
    }
    return refusal
  }

  function identifyAt(
    authorization: string | undefined,
    resource: string,
  ): Identity | Refusal | Promise<Identity | Refusal> {
    const token = bearerToken(authorization)
    if (typeof token !== 'string') return token
    const tokenHash = hash('sha256', token, 'hex')
    for (const partition of partitionsOf(resource)) {
      const known = cache.get(tokenHash, partition)
      if (known === undefined) continue
      counts.cached += 1
      const revoked = revocationOf(known)
      if (revoked === undefined) return known
      cache.purge(tokenHash, partition)
      return revoked
    }
    return verify(token, tokenHash, resource)
  }

  async function verify(
    token: string,
    tokenHash: string,
    resource: string,
  ): Promise<Identity | Refusal> {
    counts.verified += 1
    const verified = await verifyToken(token, tokenHash.slice(0, 8), resource, verifyParts)
    if (isRefusal(verified)) return verified
    const { identity, issuer } = verified
    const revoked = revocationOf(identity)
    if (revoked !== undefined) return revoked
    if (!settings.requiredScopes.every((scope) => identity.scopes.has(scope))) {
      // SHOULD (RFC 6750 §3.1): all scopes of the operation, not only those that are missing.
      return refuse('identify.insufficient_scope', {
        expected: `scope \`${settings.requiredScopes.join(' ')}\``,
        scope: settings.requiredScopes.join(' '),
      })
    }
    cache.add(tokenHash, partitionOf(issuer.settings, resource), identity, clock.wallMs() / 1000)
    return identity
  }

  function revocationOf(identity: Identity): Refusal | undefined {
    // Before the first read the age is infinite: nobody comes in unasked.
    if (!(denyList.ageMs() <= maxAgeMs)) {
      throw new Fault('identify.revocations_unavailable', 'the list of revocations is too old', {
        dependency: 'revocations',
      })
    }
    const revoked = denyList.refuses(revocable(identity))
    return revoked ? refuse('identify.token_revoked') : undefined
  }

  function partitionsOf(resource: string): readonly string[] {
    let known = partitions.get(resource)
    if (known === undefined) {
      known = settings.issuers.map((issuer) => partitionOf(issuer, resource))
      partitions.set(resource, known)
    }
    return known
  }

  function partitionOf(issuer: IssuerSettings, resource: string): string {
    return cache.partition(issuer.issuer, resource, issuer.profile)
  }

  return {
    identify,
    identifyAnywhere,
    revoked: revocationOf,
    principals: principals.all,
    issuers: () => [...issuers.values()].map((issuer) => issuer.keys.status()),
    revokedUntilSeconds: (issuer) => {
      const aheadMs = issuers.get(issuer)?.keys.status().clockSkewMs ?? 0
      // The measure is good to a second.
      return Math.ceil((clock.wallMs() + Math.max(0, aheadMs + 500)) / 1000)
    },
    counts: () => ({ ...counts }),
    warm: async () => {
      await Promise.all([...issuers.values()].map((issuer) => issuer.keys.refresh()))
    },
  }
}

function issuersOf(
  configured: readonly IssuerSettings[],
  parts: IdentifyParts,
): ReadonlyMap<string, Issuer> {
  const issuers = new Map<string, Issuer>()
  for (const settings of configured) {
    const { issuer } = settings
    if (issuers.has(issuer)) throw new Error(`issuer \`${issuer}\` is configured twice`)
    const profile = PROFILES[settings.profile]
    const besides = profile.besides.map((template) => template.replace('{issuer}', () => issuer))
    issuers.set(issuer, {
      settings,
      profile,
      algorithms: settings.algorithms ?? profile.algorithms,
      audience: {
        ours: new Set(settings.audience),
        besides: new Set([...settings.audienceBesides, ...besides]),
        fromClient: settings.audienceFrom === 'client_id',
      },
      keys: keysOf(settings, parts),
    })
  }
  return issuers
}

function keysOf(settings: IssuerSettings, parts: IdentifyParts): KeyCache {
  const { issuer, jwksUri, staleIfErrorSeconds, allowInsecureIssuer, allowAddresses } = settings
  const outward = parts.outward?.(issuer)
  const key = JSON.stringify([
    issuer,
    jwksUri,
    staleIfErrorSeconds,
    allowInsecureIssuer,
    allowAddresses,
    outward && wayOf(outward),
  ])
  const known = parts.keyCaches?.get(key)
  if (known !== undefined) return known
  const fresh = createKeyCache({
    issuer,
    jwksUri,
    staleIfErrorSeconds,
    fetch: issuerFetch(settings, parts.fetch, outward),
    clock: parts.clock,
    warn: (fields, message) => parts.log.warn(fields, message),
  })
  parts.keyCaches?.set(key, fresh)
  return fresh
}
