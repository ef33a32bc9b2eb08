// Verdicts out of the caches, decided where they are not known yet (policy-audit §1.3). One principal's verdicts are
// never another's; all are forgotten when another state decides.
import type { Principal } from '../identify/identity.ts'
import type { JsonObject } from '../json/value.ts'
import type { Circumstances } from './circumstances.ts'
import { convert, keyOf } from './convert.ts'
import type { ConversionFailure } from './conversion-walk.ts'
import { createDecisionCache, type PrincipalDecisions } from './decision-cache.ts'
import type { Action } from './loaded.ts'
import { principalEntity, type PrincipalEntity } from './principal-entity.ts'
import {
  decideCall,
  inCircumstances,
  mayBeAllowed,
  NOT_PERMITTED,
  type Surroundings,
  type Verdict,
} from './verdict.ts'

export type Verdicts<List> = {
  readonly of: (principal: Principal) => Decisions<List>
  /** Whether some arguments may be allowed. */
  readonly reach: (decisions: Decisions<List>, action: Action | undefined) => Verdict
  readonly decide: (
    decisions: Decisions<List>,
    action: Action,
    args: JsonObject,
    circumstances: Circumstances,
  ) => Verdict | ConversionFailure
  readonly forget: () => void
}

type Own<List> = {
  readonly entity: PrincipalEntity
  /** Lists by target. */
  readonly lists: Map<string | undefined, List>
}
export type Decisions<List> = PrincipalDecisions<Own<List>>

export function createVerdicts<List>(around: Surroundings, homeIssuer: string): Verdicts<List> {
  const newCache = () =>
    createDecisionCache((principal: Principal): Own<List> => {
      return { entity: principalEntity(principal, homeIssuer), lists: new Map() }
    })
  let cache = newCache()

  return {
    of: (principal) => cache.of(principal),
    reach(decisions, action) {
      if (action?.permitted !== true) return NOT_PERMITTED
      const tool = cache.tool(decisions, action.key)
      return (tool.reach ??= mayBeAllowed(action, decisions.own.entity, around))
    },
    decide(decisions, action, args, circumstances) {
      const tool = cache.tool(decisions, action.key)
      const { entity } = decisions.own
      if (action.fixed) return (tool.fixed ??= decideCall(action, entity, around))
      const converted = convert(action.plan, args)
      if ('path' in converted) return converted
      const asked = inCircumstances(action, converted, circumstances, around)
      if ('answer' in asked) return asked
      // An instant does not come again.
      if (action.circumstances.includes('time.now')) {
        return decideCall(action, entity, around, asked)
      }
      const key = keyOf(asked)
      const known = tool.byArguments.get(key)
      if (known !== undefined) return known
      const verdict = decideCall(action, entity, around, asked)
      cache.remember(tool, key, verdict)
      return verdict
    },
    forget() {
      cache = newCache()
    },
  }
}
