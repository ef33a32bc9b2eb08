// Who may do what, for a review of access (policy-audit §1.4): for each caller and tool whether some arguments, or
// any, are allowed, and the lines that grant and limit it. The same policies, schema and engine as on the data path,
// with the arguments unknown; and beside them what was granted for a time and what is switched off. Thousands of answers
// take seconds, so they are asked for between other work. Operator file.
import { setImmediate } from 'node:timers/promises'
import type { CatalogueEntry } from '../catalogue/entry.ts'
import { entityOf } from './answer.ts'
import { isEngineFailure } from './engine.ts'
import type { Question } from './explanation.ts'
import type { Action } from './action.ts'
import type { Loaded } from './loaded.ts'
import { kindOf } from './names.ts'
import type { PrincipalEntity } from './principal-entity.ts'
import { askPartly, isUnpermitted, type Surroundings } from './verdict.ts'
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
  /** Reference of the access that was granted to them for a time, where no policy permits it. */
  readonly granted?: string
  /** Why it cannot be called today, whatever the policies say. */
  readonly stopped?: string
}

export type ReviewParts = {
  readonly state: () => Loaded | undefined
  readonly around: Surroundings
  readonly homeIssuer: string
  readonly granted: (
    principal: Question['principal'],
    tool: string,
    hash: string,
  ) => string | undefined
  /** Why it is switched off for this caller. */
  readonly disabled: (
    principal: Question['principal'],
    entry: CatalogueEntry | undefined,
  ) => string | undefined
}

/** More is nothing that a person reads. */
const MAX_ROWS = 200_000
/** Each takes a fraction of a millisecond. */
const AT_ONCE = 16
const ATTEMPTS = 10

/** Callers by callers, tools in the order of their names. Rejects in words where a tool does not exist. */
export async function reviewAccess(
  question: ReviewQuestion,
  parts: ReviewParts,
): Promise<readonly Access[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const state = parts.state()
    if (state === undefined) throw new Error('no policies are loaded')
    const rows = await reviewOf(state, question, parts)
    if (rows !== 'changed') return rows
  }
  throw new Error('policies or tools change all the time: ask again')
}

async function reviewOf(
  state: Loaded,
  { principals, tools }: ReviewQuestion,
  parts: ReviewParts,
): Promise<readonly Access[] | 'changed'> {
  const names = tools ?? [...state.actions.keys()].toSorted()
  const actions = names.map((name) => {
    const action = state.actions.get(name)
    if (action === undefined)
      throw new Error(`there is no ${kindOf(name)} \`${name}\` with an approved definition`)
    return action
  })
  const answers = principals.length * actions.length
  if (answers > MAX_ROWS) {
    throw new Error(
      `there are ${answers} answers, more than ${MAX_ROWS}; ask for one tool or person`,
    )
  }
  const rows: Access[] = []
  for (const principal of principals) {
    const entity = entityOf({ principal }, parts.homeIssuer)
    const { type, id } = entity.uid
    const known = { ...principal, uid: `${type}::${JSON.stringify(id)}` }
    for (const action of actions) {
      if (rows.length % AT_ONCE === AT_ONCE - 1) {
        await setImmediate()
        // INVARIANT: the engine is asked in the place of the state that decides now; this one may be written over.
        if (parts.state() !== state) return 'changed'
      }
      const entry = state.catalogue.entries.get(action.name)
      const stopped = stoppedBy(entry) ?? parts.disabled(principal, entry)
      const granted = parts.granted(principal, action.name, entry?.hash ?? '')
      const access = accessOf(action, entity, parts.around, granted)
      rows.push({ principal: known, tool: action.name, ...access, ...(stopped && { stopped }) })
    }
  }
  return rows
}

function accessOf(
  action: Action,
  entity: PrincipalEntity,
  around: Surroundings,
  granted: string | undefined,
): Pick<Access, 'allowed' | 'grants' | 'limits' | 'granted'> {
  const never = { allowed: 'never', grants: [], limits: [] } as const
  if (!action.permitted && granted === undefined) return never
  const looked = mayBeAllowed(action, entity, around)
  // A grant stands where no policy permits, and against none that forbids or errs.
  if (granted !== undefined && isUnpermitted(looked)) {
    return { allowed: 'any arguments', grants: [], limits: [], granted }
  }
  if (looked.answer !== 'allow') return never
  const answer = askPartly(action, entity, around)
  if (isEngineFailure(answer)) return never
  const { satisfied, nontrivialResiduals, decision } = answer
  const taking = new Set([...satisfied, ...nontrivialResiduals])
  const lines = (effect: 'permit' | 'forbid') =>
    action.slice
      .filter((policy) => policy.effect === effect && taking.has(policy.id))
      .map(({ id, file, line }) => ({ id, file, line }))
  const allowed = decision === 'allow' ? 'any arguments' : 'some arguments'
  const [grants, limits] = [lines('permit'), lines('forbid')]
  if (granted === undefined) return { allowed, grants, limits }
  // Of the arguments for which no policy permits it, the grant does; a `forbid` still stands.
  return { allowed: limits.length === 0 ? 'any arguments' : allowed, grants, limits, granted }
}

function stoppedBy(entry: CatalogueEntry | undefined): string | undefined {
  if (entry === undefined) return 'the target does not offer it'
  if (entry.quarantined !== undefined) return entry.quarantined
  return entry.pin === 'approved' ? undefined : `its definition is ${entry.pin}`
}
