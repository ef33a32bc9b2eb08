// Whether an allowed call waits for a second person: where every policy that permits it asks for approval. One that
// permits without asking is enough for a plain allow (policy-audit §1.5).
import { approvalRule, type ApprovalRule } from './annotation.ts'

/** What is read of a policy. */
type Annotated = {
  readonly id: string
  readonly effect: 'permit' | 'forbid'
  readonly annotations: Readonly<Record<string, string | null>>
}
export type RequiredApproval = {
  /** Any one of them may approve: each policy alone would permit the call with its own. */
  readonly roles: readonly string[]
  readonly lifeMs: number
}

const known = new WeakMap<readonly Annotated[], ReadonlyMap<string, ApprovalRule>>()

/** `slice`: the policies that could match; `permitting`: ids of those that permit. */
export function requiredApproval(
  slice: readonly Annotated[],
  permitting: readonly string[],
): RequiredApproval | undefined {
  const rules = rulesOf(slice)
  if (rules.size === 0) return undefined
  const asking = permitting.flatMap((id) => rules.get(id) ?? [])
  if (asking.length === 0 || asking.length < permitting.length) return undefined
  return {
    roles: [...new Set(asking.map(({ role }) => role))],
    lifeMs: Math.min(...asking.map(({ lifeMs }) => lifeMs)),
  }
}

function rulesOf(slice: readonly Annotated[]): ReadonlyMap<string, ApprovalRule> {
  let rules = known.get(slice)
  if (rules === undefined) {
    const pairs = slice.flatMap((policy) => {
      const rule = approvalRule(policy)
      // INVARIANT: a policy whose annotations are wrong is not loaded.
      return typeof rule === 'object' ? [[policy.id, rule] as const] : []
    })
    rules = new Map(pairs)
    known.set(slice, rules)
  }
  return rules
}
