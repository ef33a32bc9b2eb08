// Everything that a decision about a tool needs, given to the engine off the path: the slice of policies whose action
// scope can match it, what that slice reads, and the schema of its requests (policy-audit §1.1 rules 5 and 8, §1.3). A
// slice is held in two parts where many policies are for any tool: those once for all, those of the tool beside them.
import { canMatch } from './action-scope.ts'
import type { Action } from './action.ts'
import type { CatalogueSchema } from './catalogue-schema.ts'
import { CIRCUMSTANCES } from './circumstances.ts'
import { isEngineFailure, type Engine, type EngineFailure } from './engine.ts'
import { textsOf, type Policy } from './policy.ts'
import { targetOf } from './names.ts'
import { planReads, readsNothing } from './read-plan.ts'
import { requestSchema } from './request-schema.ts'
import type { SlicePart } from './slice-part.ts'
import { NO_SHADOWS, type Shadows } from './shadows.ts'

/** So few policies for any tool are held with those of each tool: one question to the engine costs less than two. */
const FEW = 32

type Tool = Pick<Action, 'name' | 'key' | 'mode' | 'input'>

export async function prepareActions(
  policies: readonly Policy[],
  schema: CatalogueSchema,
  prefix: string,
  {
    engine,
    pause,
    shadows = NO_SHADOWS,
  }: {
    readonly engine: Engine
    readonly pause: () => Promise<unknown>
    readonly shadows?: Shadows | undefined
  },
): Promise<{ actions: ReadonlyMap<string, Action> } | EngineFailure> {
  const parts = new Map<string, SlicePart>()
  let schemas = 0

  function hold(held: readonly Policy[]): SlicePart | EngineFailure {
    const ids = JSON.stringify(held.map((policy) => policy.id))
    const known = parts.get(ids)
    if (known !== undefined) return known
    const name = `${prefix}/set/${parts.size}`
    const possible = possibleTexts(held)
    const failure =
      engine.prepareSet(name, textsOf(held)) ??
      (possible === undefined ? undefined : engine.prepareSet(`${name}/possible`, possible))
    if (failure !== undefined) return failure
    const part: SlicePart = {
      name,
      possibleName: possible === undefined ? name : `${name}/possible`,
      uncertain: new Set(
        held.filter((policy) => policy.possible?.certain === false).map(({ id }) => id),
      ),
      alike: !held.some((policy) => policy.looksAtAction),
    }
    parts.set(ids, part)
    return part
  }

  function prepare(tool: Tool, slice: readonly Policy[]): Action | EngineFailure {
    const forAny = slice.filter(({ scope }) => scope.any)
    const own = slice.filter(({ scope }) => !scope.any)
    const held: SlicePart[] = []
    for (const some of forAny.length > FEW && own.length > 0 ? [forAny, own] : [slice]) {
      const part = hold(some)
      if (isEngineFailure(part)) return part
      held.push(part)
    }
    const plan = planReads(
      tool.input,
      slice.flatMap((policy) => policy.reads),
    )
    const circumstances = CIRCUMSTANCES.filter((name) =>
      slice.some((policy) => policy.circumstances.includes(name)),
    )
    const schemaName = `${prefix}/schema/${schemas++}`
    const failure = engine.prepareSchema(schemaName, requestSchema(tool.name, plan, circumstances))
    if (failure !== undefined) return failure
    const permitted = slice.some(({ effect }) => effect === 'permit')
    const fixed = readsNothing(plan) && circumstances.length === 0
    return { ...tool, slice, plan, circumstances, permitted, fixed, parts: held, schemaName }
  }

  function prepareBoth(name: string, input: Action['input']): Action | EngineFailure {
    const slice = policies.filter(({ scope }) => canMatch(scope, name))
    const tool = { name, key: name, mode: 'ENFORCE', input } as const
    if (shadows.targets.has(targetOf(name) ?? '')) {
      return prepare({ ...tool, mode: 'LOG_ONLY' }, slice)
    }
    const inForce = slice.filter(({ file }) => !shadows.files.has(file))
    const action = prepare(tool, inForce)
    if (inForce.length === slice.length || isEngineFailure(action)) return action
    // No tool has a colon in its name.
    const shadow = prepare({ ...tool, key: `shadow:${name}` }, slice)
    return isEngineFailure(shadow) ? shadow : { ...action, shadow }
  }

  const actions = new Map<string, Action>()
  for (const { action, input } of schema.tools.values()) {
    const prepared = prepareBoth(action, input)
    if (isEngineFailure(prepared)) return prepared
    actions.set(action, prepared)
    await pause()
  }
  return { actions }
}

/** `undefined`: all of them as they are. */
function possibleTexts(held: readonly Policy[]): Record<string, string> | undefined {
  if (held.every(({ possible }) => possible?.certain === true)) return undefined
  return Object.fromEntries(
    held.flatMap(({ id, text, possible }) =>
      possible === undefined ? [] : [[id, possible.text ?? text]],
    ),
  )
}
