// What a decision costs (policy-audit §1.3): out of the cache, evaluated, and among 10,000 policies.
import type { TargetRow } from '../../bench/src/target-row.ts'
import { createAuthorize } from '../../gateway/src/authorize/authorize.ts'
import type { Converted } from '../../gateway/src/authorize/convert.ts'
import { convert } from '../../gateway/src/authorize/convert.ts'
import { cedar } from '../../gateway/src/authorize/engine.ts'
import type { Action } from '../../gateway/src/authorize/action.ts'
import type { Loaded } from '../../gateway/src/authorize/loaded.ts'
import { textsOf } from '../../gateway/src/authorize/policy.ts'
import { principalEntity } from '../../gateway/src/authorize/principal-entity.ts'
import { decideCall } from '../../gateway/src/authorize/verdict.ts'
import { createVerdicts } from '../../gateway/src/authorize/verdicts.ts'
import { isRefusal } from '../../gateway/src/refusal.ts'
import { GATEWAY, identityOf, ISSUER } from '../../gateway/test/authorize/world.ts'
import { passes, progress, timings } from './passes.ts'
import {
  anyAction,
  loadedSet,
  newArguments,
  oneAction,
  PERSON,
  policySet,
  toolNames,
  toolsOf,
  workshop,
} from './policy-sets.ts'

const AROUND = { engine: cedar, gatewayId: GATEWAY }
const ENTITY = principalEntity(PERSON, ISSUER)
const NOWHERE = { address: undefined, nowMs: 0 }
const CACHED = 500_000
const EVALUATED = 2000
const SLICE = 50
const MANY = 10_000
const MANY_TOOLS = 50
const MANY_ROUNDS = 150

export async function cachedDecision(): Promise<readonly TargetRow[]> {
  const set = policySet({ count: SLICE, action: anyAction, reads: () => false })
  const loaded = await loadedSet([set], toolsOf(10), 'bench/cached')
  const action = actionOf(loaded, 'bench___tool_3')
  const verdicts = createVerdicts(AROUND, ISSUER, () => undefined)
  const args = newArguments(1)
  const verdict = passes(() => {
    const from = performance.now()
    for (let round = 0; round < CACHED; round++) {
      const found = verdicts.decide(verdicts.of(PERSON), action, args, NOWHERE)
      if (!('answer' in found) || found.answer !== 'allow') throw new Error('it was not allowed')
    }
    return ((performance.now() - from) * 1000) / CACHED
  })
  const authorize = createAuthorize({ gatewayId: GATEWAY, homeIssuer: ISSUER, workshop })
  await authorize.load({ files: [set], catalogue: toolsOf(10) })
  const identity = identityOf(PERSON)
  const entry = authorize.see(identity, 'bench___tool_3')
  if (isRefusal(entry)) throw new Error('it was not seen')
  const rounds = CACHED / 10
  const permit = passes(() => {
    const from = performance.now()
    for (let round = 0; round < rounds; round++) {
      if (isRefusal(authorize.decide(identity, entry, args, 'request', '127.0.0.1')))
        throw new Error('refused')
    }
    return ((performance.now() - from) * 1000) / rounds
  })
  authorize.close()
  return [
    {
      target: 'a decision that reads no argument, cached',
      wanted: '≤ 1 µs',
      unit: 'µs',
      most: 1,
      passes: verdict,
    },
    {
      target: 'the same with everything that `decide` does to make the permit, arguments of 150 B',
      wanted: '–',
      unit: 'µs',
      passes: permit,
      note: 'looks again, writes the arguments as they are sent, looks for reserved keys',
    },
  ]
}

export async function readingDecision(): Promise<readonly TargetRow[]> {
  const reads = (at: number): boolean => at % 2 === 1
  const set = policySet({ count: SLICE, action: anyAction, reads })
  const loaded = await loadedSet([set], toolsOf(10), 'bench/reading')
  const action = actionOf(loaded, 'bench___tool_3')
  const seen = passes(
    (pass) => timings(EVALUATED, (at) => evaluate(action, pass * EVALUATED + at))[0],
  )
  return [
    {
      target: `a decision that reads some arguments, slice of ${SLICE}, uncached, p50`,
      wanted: '≤ 0.3 ms',
      unit: 'ms',
      most: 0.3,
      passes: seen,
    },
  ]
}

/** Both sets are asked in turn, so that a slow moment hits both. */
export async function tenThousand(): Promise<readonly TargetRow[]> {
  const names = toolNames(MANY_TOOLS)
  const offered = toolsOf(MANY_TOOLS)
  const action = (at: number): string =>
    at % 20 === 0 ? 'action' : oneAction(names[at % MANY_TOOLS] ?? '')
  const set = policySet({ count: MANY, action, reads: (at) => at % 2 === 1 })
  const from = performance.now()
  const many = await loadedSet([set], offered, 'bench/many')
  const loadMs = performance.now() - from
  progress(`they load in ${Math.round(loadMs)} ms`)
  const among = actionOf(many, 'bench___tool_7')
  const text = Object.values(textsOf(among.slice)).join('\n')
  const few = await loadedSet([{ file: set.file, text }], offered, 'bench/few', many)
  const alone = actionOf(few, 'bench___tool_7')
  if (alone.slice.length !== among.slice.length) throw new Error('the slices differ')
  const p50s: [number, number][] = []
  const ratios = passes((pass) => {
    const times = [new Float64Array(MANY_ROUNDS), new Float64Array(MANY_ROUNDS)] as const
    for (let at = 0; at < MANY_ROUNDS; at++) {
      const call = pass * MANY_ROUNDS + at
      for (const which of at % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const started = performance.now()
        evaluate(which === 0 ? among : alone, call)
        times[which][at] = performance.now() - started
      }
    }
    const [a, b] = times.map((all) => all.sort()[MANY_ROUNDS / 2] ?? Number.NaN) as [number, number]
    p50s.push([a, b])
    return a / b
  })
  return [
    {
      target:
        '10,000 policies in one namespace, 5 % with an unconstrained action, uncached, p50 × that of their slice alone',
      wanted: '≤ 1.2',
      unit: '×',
      most: 1.2,
      passes: ratios,
      note: `slice of ${among.slice.length}, ${(p50s.at(-1)?.[0] ?? 0).toFixed(2)} ms; it loads in ${(loadMs / 1000).toFixed(1)} s`,
    },
  ]
}

function evaluate(action: Action, at: number): void {
  const converted = convert(action.plan, newArguments(at))
  const verdict = decideCall(action, ENTITY, AROUND, converted as Converted)
  if (verdict.answer !== 'allow') throw new Error(`it was not allowed: ${verdict.reason}`)
}

function actionOf(loaded: Loaded, name: string): Action {
  const action = loaded.actions.get(name)
  if (action === undefined) throw new Error(`there is no ${name}`)
  return action
}
