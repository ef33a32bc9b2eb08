// Decisions that were made, by principal, then by tool, then by what was read of the arguments. A cache lives
// as long as its state of policies, schema and catalogue, so those versions need not be in the key; the
// principal is one object per fingerprint of everything that policies can read of it (policy-audit §1.3,
// attacks R4).
import type { Principal } from '../identify/identity.ts'
import type { Verdict } from './verdict.ts'

/** What is known of one tool for one principal. */
export type ToolDecisions = {
  /** Whether some arguments may be allowed. */
  reach: Verdict | undefined
  /** The decision, where no policy reads an argument. */
  fixed: Verdict | undefined
  /** Decisions by the converted read set. */
  readonly byArguments: Map<string, Verdict>
}
export type PrincipalDecisions<T> = {
  /** What belongs to the principal itself: its entity, its lists. */
  readonly own: T
  /** By qualified name; of tools that exist, so that nobody makes it grow. */
  readonly tools: Map<string, ToolDecisions>
}

/** Verdicts by arguments of one principal and tool; the oldest go first. */
const MAX_BY_ARGUMENTS = 128
/** Verdicts by arguments of everybody together; beyond it all start again. */
const MAX_TOGETHER = 50_000
/** Longer keys are decided each time. */
const MAX_KEY = 1024

export type DecisionCache<T> = {
  readonly of: (principal: Principal) => PrincipalDecisions<T>
  readonly tool: (decisions: PrincipalDecisions<T>, name: string) => ToolDecisions
  readonly remember: (decisions: ToolDecisions, key: string, verdict: Verdict) => void
}

export function createDecisionCache<T>(makeOwn: (principal: Principal) => T): DecisionCache<T> {
  let principals = new WeakMap<Principal, PrincipalDecisions<T>>()
  let together = 0
  return {
    of(principal) {
      let known = principals.get(principal)
      if (known === undefined) {
        known = { own: makeOwn(principal), tools: new Map() }
        principals.set(principal, known)
      }
      return known
    },
    tool(decisions, name) {
      let known = decisions.tools.get(name)
      if (known === undefined) {
        known = { reach: undefined, fixed: undefined, byArguments: new Map() }
        decisions.tools.set(name, known)
      }
      return known
    },
    remember({ byArguments }, key, verdict) {
      if (key.length > MAX_KEY) return
      const [oldest] = byArguments.size < MAX_BY_ARGUMENTS ? [] : byArguments.keys()
      if (oldest !== undefined) byArguments.delete(oldest)
      else together += 1
      byArguments.set(key, verdict)
      if (together <= MAX_TOGETHER) return
      principals = new WeakMap()
      together = 0
    },
  }
}
