// Whether some arguments may be allowed to a principal: what lists are made of (policy-audit §1.3). Asked of the policies
// without what they ask of a call (possible-policy.ts), so that where this says no, every call is denied. An error that
// holds for every call hides. Parts that answer alike for many tools are asked once for all of them.
import type { Action } from './action.ts'
import { isEngineFailure } from './engine.ts'
import { ACTION_TYPE, GATEWAY_TYPE } from './names.ts'
import type { PrincipalEntity } from './principal-entity.ts'
import type { SlicePart } from './slice-part.ts'
import { actionEntities, denial, errorOf, type Surroundings, type Verdict } from './verdict.ts'

/** What one part of a slice says. */
export type PartReach = {
  readonly possible: boolean
  readonly forbidding: readonly string[]
  readonly error: Verdict | undefined
}

/** Uncached. */
export function mayBeAllowed(
  action: Action,
  principal: PrincipalEntity,
  around: Surroundings,
): Verdict {
  return reachOf(action.parts.map((part) => reachOfPart(part, action, principal, around)))
}

/** The answer for the slice, out of those of its parts. */
export function reachOf(parts: readonly PartReach[]): Verdict {
  const error = parts.find((part) => part.error !== undefined)?.error
  if (error !== undefined) return error
  const forbidding = parts.flatMap((part) => part.forbidding)
  if (forbidding.length > 0) return denial(forbidding)
  if (parts.some(({ possible }) => possible)) {
    return { answer: 'allow', policies: [], reason: 'reachable' }
  }
  return denial([])
}

export function reachOfPart(
  { possibleName, uncertain }: SlicePart,
  { name }: Action,
  principal: PrincipalEntity,
  { engine, gatewayId }: Surroundings,
): PartReach {
  // No arguments and so no schema: nothing in this request comes from a caller but who they are.
  const answer = engine.decide({
    principal: principal.uid,
    action: { type: ACTION_TYPE, id: name },
    resource: { type: GATEWAY_TYPE, id: gatewayId },
    context: {},
    entities: [principal.entity, ...actionEntities(name)],
    preparsedPolicySetId: possibleName,
  })
  const nothing = { possible: false, forbidding: [], error: undefined }
  if (isEngineFailure(answer)) {
    return { ...nothing, error: errorOf([], answer.failed[0]?.message) }
  }
  const { decision, diagnostics } = answer
  const certain = diagnostics.errors.filter(({ policyId }) => !uncertain.has(policyId))
  if (certain.length > 0) {
    const ids = certain.map(({ policyId }) => policyId)
    return { ...nothing, error: errorOf(ids, 'a policy errs for any arguments') }
  }
  if (decision === 'allow') return { ...nothing, possible: true }
  // A permit that errs without what it asks of the call may permit with it.
  const possible = diagnostics.errors.length > 0
  return { ...nothing, possible, forbidding: diagnostics.reason }
}
