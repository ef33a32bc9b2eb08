// The scopes of a token (RFC 6749 §3.3, RFC 9068 §2.2.3) out of the claims that the profile names, as the
// string or the array that this issuer writes; another form refuses the token.
import type { Refusal } from '../refusal.ts'
import type { Claims } from './claims.ts'
import { isTexts } from './claims.ts'
import type { ScopeClaim } from './profiles/profile.ts'
import { invalidClaims } from './reasons.ts'

export function scopesOf(
  claims: Claims,
  sources: readonly ScopeClaim[],
): ReadonlySet<string> | Refusal {
  const scopes = new Set<string>()
  for (const { claim, form } of sources) {
    const value = claims.get(claim)
    if (value === undefined) continue
    const listed = form === 'string' ? split(value) : value
    if (!isTexts(listed)) return invalidClaims(`\`${claim}\` is not of its form`, `\`${claim}\``)
    for (const scope of listed) if (scope !== '') scopes.add(scope)
  }
  return scopes
}

function split(value: unknown): readonly string[] | undefined {
  return typeof value === 'string' ? value.split(' ') : undefined
}
