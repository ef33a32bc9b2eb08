// The answer to a call that an operator spells out, as the data path would give it and without why: for
// explanations, cases, replays and reviews (policy-audit §1.4). Same engine, schema and converter; uncached.
import type { RefusalCode } from '../answers.ts'
import type { Principal } from '../identify/identity.ts'
import { systemClock } from '../system/clock.ts'
import type { Circumstances } from './circumstances.ts'
import { convert } from './convert.ts'
import { CHANGED, inconvertible, UNKNOWN, unusable } from './denials.ts'
import type { Explanation, Question } from './explanation.ts'
import type { Action } from './action.ts'
import type { Loaded } from './loaded.ts'
import { kindOf } from './names.ts'
import { principalEntity, type PrincipalEntity } from './principal-entity.ts'
import { findReservedKey } from './reserved-keys.ts'
import { decideCall, inCircumstances, type Surroundings } from './verdict.ts'
import { mayBeAllowed } from './reach.ts'

export type Answer = Pick<Explanation, 'decision' | 'code' | 'reason' | 'deciding' | 'visible'>
/** Of the policies alone, whatever the state of the tool is. */
export type Judgement = Omit<Answer, 'visible'>

export type Answered = Answer & {
  /** `undefined` where there is no such tool, or none with a schema. */
  readonly action: Action | undefined
  readonly judgement: Judgement | undefined
  /** Some arguments might be allowed, whatever the state of the tool is. */
  readonly reachable: boolean
}

/** What the caller would be told today. */
export function answerQuestion(
  question: Question,
  principal: PrincipalEntity,
  state: Loaded | undefined,
  around: Surroundings,
): Answered {
  const nothing = {
    action: undefined,
    judgement: undefined,
    reachable: false,
    visible: false,
    deciding: [],
  }
  const unknown = UNKNOWN[kindOf(question.tool)]
  const entry = state?.catalogue.entries.get(question.tool)
  if (state === undefined || entry === undefined) {
    const reason = `there is no such ${kindOf(question.tool)} in the catalogue`
    return { ...nothing, ...deny(unknown, reason) }
  }
  const action = state.actions.get(question.tool)
  if (action === undefined) {
    return { ...nothing, ...deny(unknown, unusable(entry, state.schema)) }
  }
  const reached = mayBeAllowed(action, principal, around)
  const usable = entry.pin === 'approved' && entry.quarantined === undefined
  const judgement = judgeArguments(question, action, principal, around)
  const reachable = reached.answer === 'allow'
  const logs = action.mode === 'LOG_ONLY'
  const visible = usable && (reachable || logs)
  const answered = { ...judgement, visible, action, judgement, reachable }
  if (!reachable && !logs) return { ...answered, ...deny(unknown) }
  if (usable) return logs ? { ...answered, ...logOnly(judgement) } : answered
  const code = entry.pin === 'changed' ? 'authorize.tool_changed' : unknown
  return { ...answered, ...deny(code, entry.quarantined ?? CHANGED) }
}

/** What the policies deny goes through, but for what they could not be asked about. */
function logOnly({ code, reason }: Judgement): Partial<Judgement> {
  if (code === undefined || READ_ALL_THE_SAME.has(code)) return {}
  const logged = `the target only logs (LOG_ONLY); in force it would be \`${code}\`: ${reason}`
  return { decision: 'allow', code: undefined, reason: logged }
}

const READ_ALL_THE_SAME: ReadonlySet<RefusalCode> = new Set([
  'authorize.reserved_key',
  'authorize.inconvertible_argument',
])

/** The decision on the arguments, whatever the state of the tool is. */
export function judgeArguments(
  question: Question,
  action: Action,
  principal: PrincipalEntity,
  around: Surroundings,
): Judgement {
  const { args } = question
  const reserved = findReservedKey(args, JSON.stringify(args))
  if (reserved !== undefined) {
    return { ...deny('authorize.reserved_key', `\`${reserved}\` is reserved`), deciding: [] }
  }
  const converted = convert(action.plan, args)
  if ('path' in converted) {
    const { refused, reason = '', policies = [] } = inconvertible(action, converted)
    return { ...deny(refused, reason), deciding: policies }
  }
  const asked = inCircumstances(action, converted, circumstancesOf(question), around)
  const verdict = 'answer' in asked ? asked : decideCall(action, principal, around, asked)
  const { answer, policies: deciding, reason, approval } = verdict
  if (approval !== undefined) {
    const why = `waits for approval by ${approval.roles.map((role) => `\`${role}\``).join(' or ')}`
    return { ...deny('authorize.needs_approval', why), deciding }
  }
  if (answer === 'allow') return { decision: 'allow', code: undefined, reason, deciding }
  const code = answer === 'error' ? 'authorize.policy_error' : 'authorize.denied'
  return { ...deny(code, reason), deciding }
}

export function circumstancesOf({ address, timeMs }: Question): Circumstances {
  return { address, nowMs: timeMs ?? systemClock.wallMs() }
}

/** The principal of a question as policies see it. */
export function entityOf(
  { principal }: Pick<Question, 'principal'>,
  homeIssuer: string,
): PrincipalEntity {
  return principalEntity(principalOf(principal), homeIssuer)
}

export function principalOf(principal: Question['principal']): Principal {
  const { kind, issuer, subject = '', clientId, tenant } = principal
  const tags = new Map(Object.entries(principal.tags))
  const common = { issuer, clientId, tenant, tags, fingerprint: '' }
  return kind === 'client' ? { kind, ...common } : { kind, subject, ...common }
}

function deny(code: RefusalCode): { decision: 'deny'; code: RefusalCode }
function deny(
  code: RefusalCode,
  reason: string,
): { decision: 'deny'; code: RefusalCode; reason: string }
function deny(code: RefusalCode, reason?: string) {
  return { decision: 'deny', code, ...(reason === undefined ? {} : { reason }) }
}
