// The decision of one tool call for one principal, uncached. Allow means: the engine answered allow and no
// policy of the slice erred (policy-audit §1.1 rule 1). Cedar skips what errs, a `forbid` too, and may answer
// allow then; here any error, failure or thrown value is a denial.
import type {
  AuthorizationError,
  EntityJson,
  StatefulAuthorizationCall,
} from '@cedar-policy/cedar-wasm/nodejs'
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
import type { Action } from './action.ts'
import { textsOf } from './policy.ts'
import { ACTION_TYPE, EVERY_GROUP, GATEWAY_TYPE, groupOf } from './names.ts'
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
  const request = requestOf(action, principal, around, converted)
  const answers = action.parts.map(({ name }) =>
    around.engine.decide({
      ...request,
      preparsedSchemaName: action.schemaName,
      preparsedPolicySetId: name,
    }),
  )
  return verdictOf(answers, action)
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

/** The answer to the whole slice, out of those to its parts: errors before forbids, forbids before permits. */
function verdictOf(answers: readonly ReturnType<Engine['decide']>[], { slice }: Action): Verdict {
  const forbidding: string[] = []
  const permitting: string[] = []
  const erring: AuthorizationError[] = []
  for (const answer of answers) {
    if (isEngineFailure(answer)) {
      return { ...errorOf([], answer.failed[0]?.message), unanswered: true }
    }
    const { decision, diagnostics } = answer
    erring.push(...diagnostics.errors)
    ;(decision === 'allow' ? permitting : forbidding).push(...diagnostics.reason)
  }
  if (erring.length > 0) {
    const ids = erring.map(({ policyId }) => policyId)
    return errorOf(ids, erring[0]?.error.message)
  }
  if (forbidding.length > 0 || permitting.length === 0) return denial(forbidding)
  const approval = requiredApproval(slice, permitting)
  const allowed = { answer: 'allow', policies: permitting, reason: 'permitted' } as const
  return approval === undefined ? allowed : { ...allowed, approval }
}

export function denial(policies: readonly string[]): Verdict {
  const reason = policies.length === 0 ? 'no policy permits it' : 'a policy forbids it'
  return { answer: 'deny', policies, reason }
}

export function errorOf(policies: readonly string[], reason = 'the engine failed'): Verdict {
  return { answer: 'error', policies, reason }
}

/** Without a schema the engine knows no groups: they are given as parents (rule 10). */
export function actionEntities(name: string): readonly EntityJson[] {
  const uid = (id: string) => ({ type: ACTION_TYPE, id })
  return [
    { uid: uid(name), attrs: {}, parents: [uid(groupOf(name))] },
    { uid: uid(groupOf(name)), attrs: {}, parents: [uid(EVERY_GROUP)] },
  ]
}
