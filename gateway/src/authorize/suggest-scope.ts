// Whom a suggested permit is for: a role of one tenant, people and agents apart; where no role will do, one person
// or machine. Written so that it holds for as few as the calls ask for (policy-audit §1.4).
import { entityOf } from './answer.ts'
import { cedarPattern, cedarText } from './cedar-text.ts'
import type { Question } from './explanation.ts'
import { CLIENT_TYPE, PERSON_TYPE } from './names.ts'

export type Scope = {
  /** For ids and comments, such as `traders`. */
  readonly name: string
  readonly matches: (principal: Question['principal']) => boolean
  /** Of a permit: `principal …`. */
  readonly head: string
  /** Operands of its `when`. */
  readonly conditions: readonly string[]
  /** It names one principal. */
  readonly single: boolean
}

export type ScopeSettings = {
  /** The tag that groups people, such as `groups`. */
  readonly by: string
  readonly homeIssuer: string
  /** Tokens come from more than one issuer: permits say from which. */
  readonly severalIssuers: boolean
}

/** Of the principal by role, widest first; none where it has no role. */
export function roleScopes(
  principal: Question['principal'],
  settings: ScopeSettings,
): readonly Scope[] {
  if (principal.kind === 'client') return []
  const value = principal.tags[settings.by]
  if (value === undefined || value === '') return []
  const inList = value.startsWith('|')
  const roles = inList ? value.split('|').filter((role) => role !== '') : [value]
  const common = commonConditions(principal, settings)
  return roles.map((role) => {
    const tag = cedarText(settings.by)
    const test = inList
      ? `principal.getTag(${tag}) like ${cedarPattern(`|${role}|`)}`
      : `principal.getTag(${tag}) == ${cedarText(role)}`
    return {
      name: nameOf(role, principal),
      head: `principal is ${PERSON_TYPE}`,
      conditions: [`principal.hasTag(${tag})`, test, ...common],
      single: false,
      matches: (other) => {
        const tags = other.tags[settings.by]
        const has = inList ? tags?.includes(`|${role}|`) === true : tags === role
        return has && isAlike(principal, other)
      },
    }
  })
}

/** The principal alone. */
export function ownScope(principal: Question['principal'], settings: ScopeSettings): Scope {
  const { uid } = entityOf({ principal }, settings.homeIssuer)
  const type = principal.kind === 'client' ? CLIENT_TYPE : PERSON_TYPE
  const own = principal.subject ?? principal.clientId
  return {
    name: nameOf(own, principal),
    head: `principal == ${type}::${cedarText(uid.id)}`,
    conditions: principal.kind === 'client' ? [] : commonConditions(principal, settings),
    single: true,
    matches: (other) =>
      isAlike(principal, other) &&
      other.subject === principal.subject &&
      (principal.kind !== 'client' || other.clientId === principal.clientId),
  }
}

/** What a permit for people says beside the role: tenant, agent or none, issuer. */
function commonConditions(
  { kind, clientId, tenant, issuer }: Question['principal'],
  { severalIssuers }: ScopeSettings,
): readonly string[] {
  return [
    ...(tenant === undefined ? [] : tagIs('tenant', tenant)),
    ...(severalIssuers ? tagIs('issuer', issuer) : []),
    ...(kind === 'agent' ? tagIs('agent', clientId) : ['!principal.hasTag("agent")']),
  ]
}

function tagIs(tag: string, value: string): readonly string[] {
  return [`principal.hasTag("${tag}")`, `principal.getTag("${tag}") == ${cedarText(value)}`]
}

function isAlike(one: Question['principal'], other: Question['principal']): boolean {
  return (
    one.kind === other.kind &&
    one.issuer === other.issuer &&
    (one.tenant === undefined || one.tenant === other.tenant) &&
    (one.kind !== 'agent' || one.clientId === other.clientId)
  )
}

function nameOf(role: string, { kind, clientId }: Question['principal']): string {
  return kind === 'agent' ? `${role} by ${clientId}` : role
}
