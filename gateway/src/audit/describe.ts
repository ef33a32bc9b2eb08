// What of the products goes into a record, as JSON text made once per object and kept with it: the same
// identity, entry, decision and credential stand in many records. `tool`, `decision` and `credential` are in
// canonical form and stand in the record as they are; `who` is made canonical by the writer, which has the salts.
import type { Permit } from '../authorize/permit.ts'
import type { Credential } from '../credential/credential.ts'
import type { Identity } from '../identify/identity.ts'
import { canonicalJson } from '../json/canonical.ts'
import type { JsonObject } from '../json/value.ts'
import { plainText } from './plain-text.ts'

const MAX_NAME = 256
const MAX_POLICIES = 32
const MAX_METHODS = 8
const MAX_TAGS = 8192

/** Who it was, with personal values in clear: for the writer alone, which replaces them by commitments. */
export type Who = {
  readonly kind: 'person' | 'client' | 'agent'
  readonly issuer: string
  readonly client: string
  /** SHA-256 of the token, 8 hex digits (J-21). */
  readonly token: string
  readonly acr?: string
  readonly amr: readonly string[]
  readonly authTimeSeconds?: number
  /** The issuer was away: the token was verified with keys that it could not confirm (F-02). */
  readonly keysStale?: true
  readonly subject?: string
  readonly tenant?: string
  /** What policies can read of the caller; absent where it is too much to keep. */
  readonly tags?: JsonObject
  readonly session?: string
}

export const whoText = remembered((identity: Identity): string => {
  const { principal, acr, authTimeSeconds, sid } = identity
  const tags = Object.fromEntries(principal.tags)
  const who: Who = {
    kind: principal.kind,
    issuer: plainText(principal.issuer, MAX_NAME),
    client: plainText(principal.clientId, MAX_NAME),
    token: identity.tokenHash8,
    amr: identity.amr.slice(0, MAX_METHODS).map((method) => plainText(method, MAX_NAME)),
    ...(acr === undefined ? {} : { acr: plainText(acr, MAX_NAME) }),
    ...(authTimeSeconds === undefined ? {} : { authTimeSeconds }),
    ...(identity.keysStale ? { keysStale: true } : {}),
    ...('subject' in principal ? { subject: principal.subject } : {}),
    ...(principal.tenant === undefined ? {} : { tenant: principal.tenant }),
    ...(JSON.stringify(tags).length > MAX_TAGS ? {} : { tags }),
    ...(sid === undefined ? {} : { session: sid }),
  }
  return JSON.stringify(who)
})

export const toolText = remembered(({ target, qualifiedName, hash }: Permit['entry']): string =>
  canonicalJson({ hash, name: plainText(qualifiedName, MAX_NAME), target }),
)

export const keptText = remembered(({ facts }: Permit['entry']): string =>
  JSON.stringify(facts.auditPaths),
)

export const decisionText = remembered((decision: Permit['decision']): string =>
  canonicalJson({
    ...(decision.access === undefined ? {} : { access: decision.access }),
    answer: 'permit',
    ...(decision.approval === undefined ? {} : { approval: decision.approval }),
    ...(decision.completion === true ? { completion: true } : {}),
    mode: decision.mode,
    policies: policyNames(decision.policies),
    schema: decision.schemaVersion,
    set: decision.setVersion,
    ...(decision.wouldDeny === undefined
      ? {}
      : {
          would_deny: {
            policies: policyNames(decision.wouldDeny.policies),
            reason: decision.wouldDeny.reason,
          },
        }),
  }),
)

export const credentialText = remembered(({ kind, id, version }: Credential): string =>
  canonicalJson({
    id: plainText(id, MAX_NAME),
    kind,
    version: plainText(version, MAX_NAME),
  } satisfies JsonObject),
)

/** With 32 of them at three bytes a character a record stays below its limit. */
const MAX_POLICY_NAME = 96

export function policyNames(policies: readonly string[]): readonly string[] {
  return policies.slice(0, MAX_POLICIES).map((policy) => plainText(policy, MAX_POLICY_NAME))
}

function remembered<Of extends object>(make: (of: Of) => string): (of: Of) => string {
  const made = new WeakMap<Of, string>()
  return (of) => {
    let text = made.get(of)
    if (text === undefined) {
      text = make(of)
      made.set(of, text)
    }
    return text
  }
}
