// The times of a token (RFC 7519 §4.1.4–6, RFC 9068 §2.2; attacks J-09): integers, `exp` and `iat` required, a
// life of at most a day, a leeway of a minute for clocks that differ (promise F-12).
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import { timeClaim } from './claims.ts'
import type { Claims } from './claims.ts'
import { invalidClaims } from './reasons.ts'

export const LEEWAY_SECONDS = 60
export const MAX_LIFE_SECONDS = 86_400

export type TokenTimes = { readonly issuedAtSeconds: number; readonly expiresAtSeconds: number }

export function checkTimes(claims: Claims, nowSeconds: number): TokenTimes | Refusal {
  const expires = timeClaim(claims, 'exp')
  const issued = timeClaim(claims, 'iat')
  if (expires === undefined) return invalidClaims('`exp` is missing or no time', '`exp`')
  if (issued === undefined) return invalidClaims('`iat` is missing or no time', '`iat`')
  const notBefore = claims.has('nbf') ? timeClaim(claims, 'nbf') : issued
  if (notBefore === undefined) return invalidClaims('`nbf` is no time', '`nbf`')
  if (expires <= issued) return invalidClaims('`exp` is not after `iat`', '`exp`')
  if (expires - issued > MAX_LIFE_SECONDS) {
    return invalidClaims('the token lives longer than 24 hours', '`exp`')
  }
  // MUST NOT (RFC 7519 §4.1.4): accepted on or after the expiration time.
  if (nowSeconds >= expires + LEEWAY_SECONDS) {
    return refuse('identify.token_expired', {
      reason: `expired ${Math.floor(nowSeconds - expires)} s ago`,
    })
  }
  const ahead = Math.max(issued, notBefore) - nowSeconds
  if (ahead > LEEWAY_SECONDS) {
    return refuse('identify.token_not_yet_valid', {
      reason: `\`iat\` or \`nbf\` is ${Math.ceil(ahead)} s ahead of this clock`,
    })
  }
  return { issuedAtSeconds: issued, expiresAtSeconds: expires }
}
