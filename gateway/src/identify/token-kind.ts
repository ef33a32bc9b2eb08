// Is this an access token of this issuer's making, and not an ID token, a logout token, a security event, a
// DPoP proof or a statement (RFC 8725 §3.11, RFC 9068 §5; attacks J-06, J-08)? Judged by the profile's data.
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import { textClaim } from './claims.ts'
import type { Claims } from './claims.ts'
import type { Discriminator, IssuerPath, TokenProfile } from './profiles/profile.ts'
import { invalidClaims, shown } from './reasons.ts'

// `events`: RFC 8417 and logout tokens. The hashes: OpenID Connect Core §3.3.2.11, ID tokens.
const NEVER_IN_ACCESS_TOKENS = ['events', 'at_hash', 'c_hash', 's_hash']

export function checkTokenKind(
  headerType: string | undefined,
  claims: Claims,
  issuer: string,
  profile: TokenProfile,
): Refusal | undefined {
  // RFC 7515 §4.1.9: a media type, compared without case, `application/` may be left out.
  const type = headerType?.toLowerCase().replace(/^application\//, '')
  if (!profile.headerTypes.includes(type)) return wrongKind(`\`typ\` is ${shown(headerType)}`)
  const foreign = NEVER_IN_ACCESS_TOKENS.find((name) => claims.has(name))
  if (foreign !== undefined) return wrongKind(`it has \`${foreign}\``)
  const failed = profile.discriminators.find((rule) => !holds(rule, claims))
  if (failed !== undefined) return wrongKind(`the profile expects ${JSON.stringify(failed)}`)
  const { issuerPath } = profile
  if (issuerPath !== undefined && !isAtPath(issuer, claims, issuerPath)) {
    return invalidClaims('tenant or version of the token is not that of the issuer', '`iss`')
  }
  return undefined
}

function holds(rule: Discriminator, claims: Claims): boolean {
  if ('anyOf' in rule) return rule.anyOf.some((name) => claims.has(name))
  if (rule.is === 'equal') return claims.get(rule.claim) === rule.to
  return claims.has(rule.claim) === (rule.is === 'present')
}

function isAtPath(issuer: string, claims: Claims, rule: IssuerPath): boolean {
  const version = textClaim(claims, rule.version)
  const tenant = textClaim(claims, rule.tenant)
  if (version === undefined || tenant === undefined) return false
  const path = new Map(Object.entries(rule.paths)).get(version)
  return (
    path !== undefined && new URL(issuer).origin + path.replace('{tenant}', () => tenant) === issuer
  )
}

function wrongKind(reason: string): Refusal {
  return refuse('identify.wrong_token_type', { reason, expected: 'an access token' })
}
