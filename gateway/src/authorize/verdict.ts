// The decision of one tool call for one principal, uncached. Allow means: the engine answered allow and no
// policy of the slice erred (policy-audit §1.1 rule 1). Cedar skips what errs, a `forbid` too, and may answer
// allow then; here any error, failure or thrown value is a denial.
import type { EntityJson, StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs'
import { requiredApproval, type RequiredApproval } from './approval/required-approval.ts'
import {
  CIRCUMSTANCE_RECORDS,
  circumstanceValues,
  UTC,
  type Circumstances,
  type Clockface,
} from './circumstances.ts'
import type { Converted } from './convert.ts'
import { isEngineFailure, type Engine } from './engine.ts'
import type { Action } from './loaded.ts'
import { textsOf } from './policy.ts'
import { ACTION_TYPE, GATEWAY_TYPE } from './names.ts'
import type { PrincipalEntity } from './principal-entity.ts'

export type Verdict = {
  readonly answer: 'allow' | 'deny' | 'error'
  /** Ids of the policies that decided; on `error` of those that erred, as far as they are known. */
  readonly policies: readonly string[]
  /** For the operator. */
  readonly reason: string
  /** The engine gave no answer, because the request is not valid or something broke: nothing may let it through. */
  readonly unanswered?: true
  /** An allowed call that waits for a second person. */
  readonly approval?: RequiredApproval
}

/** Of a tool that no permit can reach, or that does not exist: there is nothing to evaluate. */
export const NOT_PERMITTED: Verdict = denial([])

/** True where no policy permits, and none forbids or errs. */
export function isUnpermitted({ answer, policies }: Verdict): boolean {
  return answer === 'deny' && policies.length === 0
}

/** What is the same for every call of one gateway. */
export type Surroundings = {
  readonly engine: Engine
  readonly gatewayId: string
  /** Default: UTC. */
  readonly clockface?: Clockface
}

const NOTHING_CONVERTED: Converted = { input: {}, entities: [] }

export function decideCall(
  action: Action,
  principal: PrincipalEntity,
  around: Surroundings,
  converted: Converted = NOTHING_CONVERTED,
): Verdict {
  return verdictOf(
    around.engine.decide({
      ...requestOf(action, principal, around, converted),
      preparsedSchemaName: action.schemaName,
      preparsedPolicySetId: action.setName,
    }),
    action,
  )
}

/** What the arguments were converted to, with what else the slice reads; the engine cannot be asked without it. */
export function inCircumstances(
  action: Action,
  converted: Converted,
  circumstances: Circumstances,
  { clockface = UTC }: Surroundings,
): Converted | Verdict {
  if (action.circumstances.length === 0) return converted
  const values = circumstanceValues(action.circumstances, circumstances, clockface)
  if (values !== undefined) return { ...converted, circumstances: values }
  return { ...errorOf([], 'the address of the caller is not known'), unanswered: true }
}

/** True where some arguments might be allowed, as far as partial evaluation can tell; an error hides (§1.3). */
export function mayBeAllowed(
  action: Action,
  principal: PrincipalEntity,
  around: Surroundings,
): Verdict {
  if (action.fixed) return decideCall(action, principal, around)
  const answer = askPartly(action, principal, around)
  if (isEngineFailure(answer)) return errorOf([], answer.failed[0]?.message)
  if (answer.errored.length > 0) return errorOf(answer.errored, 'a policy errs for any arguments')
  if (answer.decision !== 'deny') return { answer: 'allow', policies: [], reason: 'reachable' }
  return denial(answer.mustBeDetermining)
}

/** What is certain of the slice, whatever the arguments are. */
export function askPartly(
  action: Action,
  principal: PrincipalEntity,
  around: Surroundings,
): ReturnType<Engine['decidePartly']> {
  return around.engine.decidePartly({
    principal: principal.uid,
    action: { type: ACTION_TYPE, id: action.name },
    resource: { type: GATEWAY_TYPE, id: around.gatewayId },
    // The input and what surrounds it are unknown as a whole; an empty record would be an input without members.
    context: Object.fromEntries(
      ['input', ...CIRCUMSTANCE_RECORDS].map((name) => [
        name,
        { __extn: { fn: 'unknown', arg: name } },
      ]),
    ),
    // As text: the engine's syntax trees round integers beyond 2^53.
    policies: { staticPolicies: textsOf(action.slice) },
    entities: [principal.entity, ...actionEntities(action.name)],
  })
}

/** The question to the engine, for `decideCall` and for explanations. */
export function requestOf(
  action: Action,
  principal: PrincipalEntity,
  around: Surroundings,
  converted: Converted,
): Omit<StatefulAuthorizationCall, 'preparsedSchemaName' | 'preparsedPolicySetId'> {
  return {
    principal: principal.uid,
    action: { type: ACTION_TYPE, id: action.name },
    resource: { type: GATEWAY_TYPE, id: around.gatewayId },
    context: { input: converted.input, ...converted.circumstances },
    // MUST (policy-audit §1.1 rule 3): the request is always validated against the schema.
    validateRequest: true,
    entities: [principal.entity, ...converted.entities],
  }
}

function verdictOf(answer: ReturnType<Engine['decide']>, { slice }: Action): Verdict {
  if (isEngineFailure(answer)) {
    return { ...errorOf([], answer.failed[0]?.message), unanswered: true }
  }
  const { decision, diagnostics } = answer
  if (diagnostics.errors.length > 0) {
    const erring = diagnostics.errors.map(({ policyId }) => policyId)
    return errorOf(erring, diagnostics.errors[0]?.error.message)
  }
  const { reason: policies } = diagnostics
  if (decision !== 'allow') return denial(policies)
  const approval = requiredApproval(slice, policies)
  const allowed = { answer: 'allow', policies, reason: 'permitted' } as const
  return approval === undefined ? allowed : { ...allowed, approval }
}

function denial(policies: readonly string[]): Verdict {
  const reason = policies.length === 0 ? 'no policy permits it' : 'a policy forbids it'
  return { answer: 'deny', policies, reason }
}

function errorOf(policies: readonly string[], reason = 'the engine failed'): Verdict {
  return { answer: 'error', policies, reason }
}

/** Without a schema the engine knows no groups: they are given as parents (rule 10). */
function actionEntities(name: string): readonly EntityJson[] {
  const uid = (id: string) => ({ type: ACTION_TYPE, id })
  return [
    { uid: uid(name), attrs: {}, parents: [uid('CallTool')] },
    { uid: uid('CallTool'), attrs: {}, parents: [uid('Mcp')] },
  ]
}
