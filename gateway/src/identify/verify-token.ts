// One token, verified from its bytes to an Identity (oauth §8). The order matters: structure, issuer,
// algorithm, key, signature, and only then what the token says: kind, times, audience, binding, principal.
// Everything that is required is required here; a claim that is absent is refused and never defaulted.
import { isRefusal, refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import type { Clock } from '../system/clock.ts'
import { isAlgorithm } from './algorithms.ts'
import type { Algorithm } from './algorithms.ts'
import { checkAudience } from './audience.ts'
import type { AudienceRule } from './audience.ts'
import { claimsOf, isTexts, textClaim, timeClaim } from './claims.ts'
import type { Claims } from './claims.ts'
import { parseCompactJws, strictObject } from './compact-jws.ts'
import { Identity } from './identity.ts'
import type { Principal } from './identity.ts'
import type { KeyCache } from './key-cache.ts'
import { principalOf } from './principal.ts'
import type { TokenProfile } from './profiles/profile.ts'
import { invalidClaims, malformed, shown } from './reasons.ts'
import { scopesOf } from './scopes.ts'
import type { IssuerSettings } from './settings.ts'
import { verifySignature } from './signature.ts'
import { checkTokenKind } from './token-kind.ts'
import { checkTimes } from './token-times.ts'

/** One trusted issuer, ready to verify with. */
export type Issuer = {
  readonly settings: IssuerSettings
  readonly profile: TokenProfile
  readonly algorithms: readonly Algorithm[]
  readonly audience: AudienceRule
  readonly keys: KeyCache
}

export type VerifyParts = {
  readonly issuers: ReadonlyMap<string, Issuer>
  readonly clock: Clock
  /** One object per principal. */
  readonly intern: (principal: Principal) => Principal
}

export type VerifiedToken = { readonly identity: Identity; readonly issuer: Issuer }

export async function verifyToken(
  token: string,
  tokenHash8: string,
  resource: string,
  parts: VerifyParts,
): Promise<VerifiedToken | Refusal> {
  const jws = parseCompactJws(token)
  if (isRefusal(jws)) return jws
  const payload = strictObject(jws.payload)
  if (payload === undefined) return malformed('the claims are not a strict JSON object')
  const claims = claimsOf(payload)

  // MUST (RFC 9068 §4): `iss` exactly matches an issuer that is trusted; no normalisation.
  const iss = textClaim(claims, 'iss')
  const issuer = iss === undefined ? undefined : parts.issuers.get(iss)
  if (issuer === undefined) {
    return refuse('identify.unknown_issuer', { reason: `\`iss\` is ${shown(claims.get('iss'))}` })
  }
  if (!isAlgorithm(jws.algorithm) || !issuer.algorithms.includes(jws.algorithm)) {
    return refuse('identify.unacceptable_algorithm', {
      reason: `\`alg\` is ${shown(jws.algorithm)}`,
      expected: issuer.algorithms.join(', '),
    })
  }
  const found = await issuer.keys.find(jws.keyId, jws.algorithm)
  if (found === undefined) {
    return refuse('identify.unknown_key', { reason: `\`kid\` is ${shown(jws.keyId)}` })
  }
  if (!(await verifySignature(jws, found.key))) return refuse('identify.bad_signature')

  const wrongKind = checkTokenKind(jws.type, claims, issuer.settings.issuer, issuer.profile)
  if (wrongKind !== undefined) return wrongKind
  const identity = judgeClaims(claims, issuer, resource, parts, tokenHash8, found.stale)
  return isRefusal(identity) ? identity : { identity, issuer }
}

function judgeClaims(
  claims: Claims,
  issuer: Issuer,
  resource: string,
  parts: VerifyParts,
  tokenHash8: string,
  keysStale: boolean,
): Identity | Refusal {
  const { profile, settings } = issuer
  const times = checkTimes(claims, parts.clock.wallMs() / 1000)
  if (isRefusal(times)) return times
  const missing = ['sub', ...profile.required].find((name) => textClaim(claims, name) === undefined)
  if (missing !== undefined) {
    return invalidClaims(`\`${missing}\` is missing or no string`, `\`${missing}\``)
  }
  const wrongAudience = checkAudience(claims.get('aud'), resource, issuer.audience)
  if (wrongAudience !== undefined) return wrongAudience
  // MUST (RFC 7800 §3.1, RFC 9449 §7.1): a bound token is no bearer token.
  if (claims.has('cnf')) return refuse('identify.binding_not_supported')

  const principal = principalOf(claims, settings, profile)
  if (isRefusal(principal)) return principal
  const sources =
    principal.kind === 'client' ? [...profile.scopes, ...profile.machineScopes] : profile.scopes
  const scopes = scopesOf(claims, sources)
  if (isRefusal(scopes)) return scopes
  const context = contextOf(claims)
  if (isRefusal(context)) return context
  return new Identity({
    principal: parts.intern(principal),
    tokenHash8,
    jti: textClaim(claims, profile.tokenId),
    sid: textClaim(claims, 'sid'),
    grant: profile.grant === undefined ? undefined : textClaim(claims, profile.grant),
    scopes,
    ...times,
    ...context,
    keysStale,
  })
}

type SignInContext = Pick<Identity, 'authTimeSeconds' | 'acr' | 'amr'>

// RFC 9068 §2.2.1: how and when the person signed in. Absent is fine, of another type is not.
function contextOf(claims: Claims): SignInContext | Refusal {
  const { auth_time: time, acr, amr } = Object.fromEntries(claims)
  const authTimeSeconds = timeClaim(claims, 'auth_time')
  if (time !== undefined && authTimeSeconds === undefined) {
    return invalidClaims('`auth_time` is no time', '`auth_time`')
  }
  if (acr !== undefined && typeof acr !== 'string') {
    return invalidClaims('`acr` is no string', '`acr`')
  }
  if (amr !== undefined && !isTexts(amr)) {
    return invalidClaims('`amr` is no array of strings', '`amr`')
  }
  return { authTimeSeconds, acr, amr: amr ?? [] }
}
