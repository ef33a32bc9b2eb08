// Verdicts out of the caches, decided where they are not known yet (policy-audit §1.3). One principal's verdicts are
// never another's; all are forgotten when another state decides.
import type { Principal } from '../identify/identity.ts'
import type { JsonObject } from '../json/value.ts'
import type { Circumstances } from './circumstances.ts'
import { convert, keyOf } from './convert.ts'
import type { ConversionFailure } from './conversion-walk.ts'
import { createDecisionCache, type PrincipalDecisions } from './decision-cache.ts'
import type { Action } from './action.ts'
import { reachOf, reachOfPart, type PartReach } from './reach.ts'
import type { SlicePart } from './slice-part.ts'
import { principalEntity, type PrincipalEntity } from './principal-entity.ts'
import {
  decideCall,
  inCircumstances,
  NOT_PERMITTED,
  type Surroundings,
  type Verdict,
} from './verdict.ts'

/** Questions to the engine that are asked at once: a few milliseconds. */
const AT_ONCE = 64

export type Verdicts<Lists> = {
  readonly of: (principal: Principal) => Decisions<Lists>
  /** Whether some arguments may be allowed. */
  readonly reach: (decisions: Decisions<Lists>, action: Action | undefined) => Verdict
  /**
   * Makes known what of these can be reached, piece by piece between other work; `undefined`: so little is missing that
   * it may as well be asked at once. Stops where `pause` answers false.
   */
  readonly reachAll: (
    decisions: Decisions<Lists>,
    actions: readonly Action[],
    pause: () => Promise<boolean>,
  ) => Promise<void> | undefined
  readonly decide: (
    decisions: Decisions<Lists>,
    action: Action,
    args: JsonObject,
    circumstances: Circumstances,
  ) => Verdict | ConversionFailure
  readonly forget: () => void
}

type Own<Lists> = {
  readonly entity: PrincipalEntity
  readonly lists: Lists
  /** What parts of slices say that answer alike for every tool, by name. */
  readonly parts: Map<string, PartReach>
}
export type Decisions<Lists> = PrincipalDecisions<Own<Lists>>

export function createVerdicts<Lists>(
  around: Surroundings,
  homeIssuer: string,
  newLists: () => Lists,
): Verdicts<Lists> {
  const newCache = () =>
    createDecisionCache((principal: Principal): Own<Lists> => {
      return { entity: principalEntity(principal, homeIssuer), lists: newLists(), parts: new Map() }
    })
  let cache = newCache()

  function partOf(decisions: Decisions<Lists>, part: SlicePart, action: Action): PartReach {
    const { entity, parts } = decisions.own
    const known = part.alike ? parts.get(part.name) : undefined
    if (known !== undefined) return known
    const made = reachOfPart(part, action, entity, around)
    if (part.alike) parts.set(part.name, made)
    return made
  }

  async function askInPieces(
    decisions: Decisions<Lists>,
    actions: readonly Action[],
    pause: () => Promise<boolean>,
  ): Promise<void> {
    for (const [at, action] of actions.entries()) {
      reach(decisions, action)
      if (at % AT_ONCE === AT_ONCE - 1 && !(await pause())) return
    }
  }

  function reach(decisions: Decisions<Lists>, action: Action | undefined): Verdict {
    if (action?.permitted !== true) return NOT_PERMITTED
    const tool = cache.tool(decisions, action.key)
    return (tool.reach ??= reachOf(action.parts.map((part) => partOf(decisions, part, action))))
  }

  return {
    of: (principal) => cache.of(principal),
    reach,
    reachAll(decisions, actions, pause) {
      const { parts } = decisions.own
      const missing = new Set<string>()
      for (const action of actions) {
        if (!action.permitted || decisions.tools.get(action.key)?.reach !== undefined) continue
        for (const part of action.parts) {
          if (!part.alike) missing.add(`${part.name} ${action.key}`)
          else if (!parts.has(part.name)) missing.add(part.name)
        }
      }
      return missing.size <= AT_ONCE ? undefined : askInPieces(decisions, actions, pause)
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
