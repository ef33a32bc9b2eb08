// Who may do what, for a review of access (policy-audit §1.4): for each caller and tool whether some arguments, or
// any, are allowed, and the lines that grant and limit it. The same policies, schema and engine as on the data path,
// with the arguments unknown. Operator file.
import { entityOf } from './answer.ts'
import { isEngineFailure } from './engine.ts'
import type { Question } from './explanation.ts'
import type { Action } from './action.ts'
import type { Loaded } from './loaded.ts'
import type { PrincipalEntity } from './principal-entity.ts'
import { askPartly, type Surroundings } from './verdict.ts'
import { mayBeAllowed } from './reach.ts'

export type ReviewQuestion = {
  readonly principals: readonly Question['principal'][]
  /** Qualified names; absent: all tools. */
  readonly tools?: readonly string[]
}

export type Line = { readonly id: string; readonly file: string; readonly line: number }

export type Access = {
  readonly principal: Question['principal'] & { readonly uid: string }
  readonly tool: string
  /** `some`: it depends on the arguments. */
  readonly allowed: 'any arguments' | 'some arguments' | 'never'
  /** The permits that apply, or may. */
  readonly grants: readonly Line[]
  /** The forbids that apply, or may, where there is a grant. */
  readonly limits: readonly Line[]
  /** Why nobody can call it today, whatever the policies say. */
  readonly stopped?: string
}

/** Callers by callers, tools in the order of their names. Throws in words where a tool does not exist. */
export function reviewAccess(
  { principals, tools }: ReviewQuestion,
  state: Loaded | undefined,
  around: Surroundings,
  homeIssuer: string,
): readonly Access[] {
  if (state === undefined) throw new Error('no policies are loaded')
  const names = tools ?? [...state.actions.keys()].toSorted()
  const actions = names.map((name) => {
    const action = state.actions.get(name)
    if (action === undefined)
      throw new Error(`there is no tool \`${name}\` with an approved definition`)
    return action
  })
  return principals.flatMap((principal) => {
    const entity = entityOf({ principal }, homeIssuer)
    const { type, id } = entity.uid
    const known = { ...principal, uid: `${type}::${JSON.stringify(id)}` }
    return actions.map((action) => {
      const stopped = stoppedBy(state, action.name)
      const access = accessOf(action, entity, around)
      return { principal: known, tool: action.name, ...access, ...(stopped && { stopped }) }
    })
  })
}

function accessOf(
  action: Action,
  entity: PrincipalEntity,
  around: Surroundings,
): Pick<Access, 'allowed' | 'grants' | 'limits'> {
  const never = { allowed: 'never', grants: [], limits: [] } as const
  if (!action.permitted || mayBeAllowed(action, entity, around).answer !== 'allow') return never
  const answer = askPartly(action, entity, around)
  if (isEngineFailure(answer)) return never
  const { satisfied, nontrivialResiduals, decision } = answer
  const taking = new Set([...satisfied, ...nontrivialResiduals])
  const lines = (effect: 'permit' | 'forbid') =>
    action.slice
      .filter((policy) => policy.effect === effect && taking.has(policy.id))
      .map(({ id, file, line }) => ({ id, file, line }))
  const allowed = decision === 'allow' ? 'any arguments' : 'some arguments'
  return { allowed, grants: lines('permit'), limits: lines('forbid') }
}

function stoppedBy({ catalogue }: Loaded, tool: string): string | undefined {
  const entry = catalogue.entries.get(tool)
  if (entry === undefined) return 'the target does not offer it'
  if (entry.quarantined !== undefined) return entry.quarantined
  return entry.pin === 'approved' ? undefined : `its definition is ${entry.pin}`
}
