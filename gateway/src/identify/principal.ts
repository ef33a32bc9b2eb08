// Who is behind a verified token: a person, a machine, or an agent for a person (attacks O-28). People's and
// machines' ids are disjoint by kind; a token that could be either is refused.
import { createHash } from 'node:crypto'
import { isRefusal, refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import { claimAt, textClaim } from './claims.ts'
import type { Claims } from './claims.ts'
import type { Principal } from './identity.ts'
import type { MachineMark, TokenProfile } from './profiles/profile.ts'
import { invalidClaims } from './reasons.ts'
import type { IssuerSettings } from './settings.ts'
import { tagsOf } from './tags.ts'

export function principalOf(
  claims: Claims,
  settings: IssuerSettings,
  profile: TokenProfile,
): Principal | Refusal {
  const clientId = profile.clientId.map((name) => textClaim(claims, name)).find(Boolean)
  if (clientId === undefined) {
    return invalidClaims('the client id is missing', `\`${profile.clientId.join('`, `')}\``)
  }
  if (settings.clients.length > 0 && !settings.clients.includes(clientId)) {
    return invalidClaims('the client is not in `clients` of the issuer', 'the client id')
  }
  const tenant = settings.tenant === undefined ? undefined : claimAt(claims, settings.tenant)
  if (tenant !== undefined && (typeof tenant !== 'string' || tenant === '')) {
    return invalidClaims('the tenant is not a string', 'the tenant')
  }
  const tags = tagsOf(claims, settings.tags)
  if (isRefusal(tags)) return tags
  const common = { issuer: settings.issuer, clientId, tenant, tags }
  const bears = (mark: MachineMark): boolean => bearsMark(claims, mark, clientId)

  if (profile.machine.some(bears)) {
    if (settings.machines === 'refuse') {
      return refuse('identify.machine_not_allowed', { reason: 'a token of client credentials' })
    }
    return withFingerprint({ kind: 'client', ...common })
  }
  if (profile.undecided.some(bears)) {
    return invalidClaims('the token may be a person’s or a machine’s', 'the kind of the caller')
  }
  const parts = profile.subject.map((name) => textClaim(claims, name))
  if (parts.includes(undefined)) {
    return invalidClaims('the id of the person is missing', `\`${profile.subject.join('`, `')}\``)
  }
  const subject = parts.join(':')
  const kind = settings.agents.includes(clientId) ? 'agent' : 'person'
  return withFingerprint({ kind, ...common, subject })
}

function bearsMark(claims: Claims, mark: MachineMark, clientId: string): boolean {
  if ('is' in mark) return !claims.has(mark.claim)
  return claims.get(mark.claim) === mark.equals.replace('{client}', () => clientId)
}

type Unprinted<P> = P extends Principal ? Omit<P, 'fingerprint'> : never

// INVARIANT: JSON of a fixed tuple of well-formed strings is injective (the strict reader refuses lone
// surrogates, which UTF-8 would fold into one), so two principals never have one fingerprint.
function withFingerprint(principal: Unprinted<Principal>): Principal {
  const tuple = [
    principal.kind,
    principal.issuer,
    principal.clientId,
    principal.kind === 'client' ? null : principal.subject,
    principal.tenant ?? null,
    [...principal.tags],
  ]
  const fingerprint = createHash('sha256').update(JSON.stringify(tuple)).digest('base64url')
  return Object.freeze({ ...principal, fingerprint }) as Principal
}
