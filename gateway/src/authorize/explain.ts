// Why a call is allowed or denied, for operators (policy-audit §1.4): the policies that could match with file
// and line, what each condition saw, and what would change the answer. Same engine, schema and converter as
// the data path; nothing here decides anything. The one file of this stage that admin/ and the CLI may use.
import type { RefusalCode } from '../answers.ts'
import type { Principal } from '../identify/identity.ts'
import { convert } from './convert.ts'
import { CHANGED, inconvertible, unusable } from './denials.ts'
import { changesOf } from './explain-changes.ts'
import { explainPolicies } from './explain-policies.ts'
import type { Explanation, Question } from './explanation.ts'
import type { Action, Loaded } from './loaded.ts'
import { principalEntity } from './principal-entity.ts'
import { findReservedKey } from './reserved-keys.ts'
import { decideCall, mayBeAllowed, type Surroundings } from './verdict.ts'

export type { Explanation, Question } from './explanation.ts'

/** Answers as the data path would, and says why. */
export function explainCall(
  question: Question,
  state: Loaded | undefined,
  around: Surroundings,
  homeIssuer: string,
): Explanation {
  const { uid, entity } = principalEntity(principalOf(question), homeIssuer)
  const { tags } = entity
  const base = {
    principal: { uid: `${uid.type}::${JSON.stringify(uid.id)}`, tags },
    visible: false,
    deciding: [],
    policies: [],
    changes: [],
  }
  const entry = state?.catalogue.entries.get(question.tool)
  if (state === undefined || entry === undefined) {
    return { ...base, ...deny('authorize.no_such_tool', 'there is no such tool in the catalogue') }
  }
  const action = state.actions.get(question.tool)
  if (action === undefined) {
    return { ...base, ...deny('authorize.no_such_tool', unusable(entry, state.schema)) }
  }
  const reached = mayBeAllowed(action, { uid, entity }, around)
  const usable = entry.pin === 'approved' && entry.quarantined === undefined
  const visible = usable && reached.answer === 'allow'
  const judged = judge(question, action, { uid, entity }, around)
  const policies = explainPolicies(question, action, { uid, entity }, around, judged.deciding)
  const explained = { ...base, visible, policies, ...judged, changes: changesOf(judged, policies) }
  if (reached.answer !== 'allow') return { ...explained, ...deny('authorize.no_such_tool') }
  if (usable) return explained
  const code = entry.pin === 'changed' ? 'authorize.tool_changed' : 'authorize.no_such_tool'
  return { ...explained, ...deny(code, entry.quarantined ?? CHANGED) }
}

/** The decision on the arguments, whatever the state of the tool is. */
function judge(
  { args }: Question,
  action: Action,
  principal: ReturnType<typeof principalEntity>,
  around: Surroundings,
): Pick<Explanation, 'decision' | 'code' | 'reason' | 'deciding'> {
  const reserved = findReservedKey(args, JSON.stringify(args))
  if (reserved !== undefined) {
    return { ...deny('authorize.reserved_key', `\`${reserved}\` is reserved`), deciding: [] }
  }
  const converted = convert(action.plan, args)
  if ('path' in converted) {
    const { refused, reason = '', policies = [] } = inconvertible(action, converted)
    return { ...deny(refused, reason), deciding: policies }
  }
  const { answer, policies: deciding, reason } = decideCall(action, principal, around, converted)
  if (answer === 'allow') return { decision: 'allow', code: undefined, reason, deciding }
  const code = answer === 'error' ? 'authorize.policy_error' : 'authorize.denied'
  return { ...deny(code, reason), deciding }
}

function deny(code: RefusalCode): { decision: 'deny'; code: RefusalCode }
function deny(
  code: RefusalCode,
  reason: string,
): { decision: 'deny'; code: RefusalCode; reason: string }
function deny(code: RefusalCode, reason?: string) {
  return { decision: 'deny', code, ...(reason === undefined ? {} : { reason }) }
}

function principalOf({ principal }: Question): Principal {
  const { kind, issuer, subject = '', clientId, tenant } = principal
  const tags = new Map(Object.entries(principal.tags))
  const common = { issuer, clientId, tenant, tags, fingerprint: '' }
  return kind === 'client' ? { kind, ...common } : { kind, subject, ...common }
}
