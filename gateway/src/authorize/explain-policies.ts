// What each policy of a slice saw. Scope and conditions are put to the engine as policies of their own, one per
// operand of the outermost `&&`, in one request that is otherwise the one of the data path.
import type { Clause, Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { convert } from './convert.ts'
import { cedar, isEngineFailure } from './engine.ts'
import type { ExplainedCondition, ExplainedPolicy, Question, Seen, Truth } from './explain.ts'
import type { Action } from './loaded.ts'
import type { Policy } from './policy.ts'
import type { PrincipalEntity } from './principal-entity.ts'
import { readPathsOf, readTagsOf } from './read-set.ts'
import { requestSchema } from './request-schema.ts'
import { conditionOffsets } from './split-policies.ts'
import { callOf, type Surroundings } from './verdict.ts'

type Answers = {
  readonly truth: (id: string) => Truth
  readonly error: (id: string) => string | undefined
}

const ANYTHING = {
  effect: 'permit',
  principal: { op: 'All' },
  action: { op: 'All' },
  resource: { op: 'All' },
} as const

export function explainPolicies(
  question: Question,
  action: Action,
  principal: PrincipalEntity,
  around: Surroundings,
  deciding: readonly string[],
): readonly ExplainedPolicy[] {
  const answers = ask(question, action, principal, around)
  const tags = principal.entity.tags ?? {}
  return action.slice.map((policy): ExplainedPolicy => {
    const { id, file, line, json } = policy
    const scope = answers?.truth(`${id}/scope`) ?? 'not reached'
    let open = scope === true
    const conditions = json.conditions.map((clause, at): ExplainedCondition => {
      const parts = partsOf(clause.body).map((part, nth) => {
        const name = `${id}/${at}/${nth}`
        const value = open ? (answers?.truth(name) ?? 'not reached') : 'not reached'
        const error = value === 'error' ? answers?.error(name) : undefined
        open &&= value === true
        const saw = [...sawTags(part, tags), ...sawPaths(part, question.args)]
        return { text: textOf(part), value, saw, ...(error === undefined ? {} : { error }) }
      })
      open = holds(
        clause,
        parts.map(({ value }) => value),
      )
      return { kind: clause.kind, line: lineOf(policy, at), parts }
    })
    const erred = conditions.some(({ parts }) => parts.some(({ value }) => value === 'error'))
    const outcome =
      scope === 'not reached'
        ? 'not evaluated'
        : erred
          ? 'errs'
          : open
            ? 'applies'
            : 'does not apply'
    const { effect } = json
    return { id, file, line, effect, deciding: deciding.includes(id), outcome, scope, conditions }
  })
}

/** Puts every scope and every part of every condition to the engine at once. */
function ask(
  { args }: Question,
  action: Action,
  principal: PrincipalEntity,
  around: Surroundings,
): Answers | undefined {
  const converted = convert(action.plan, args)
  if ('path' in converted) return undefined
  const questions: Record<string, PolicyJson> = {}
  for (const { id, json } of action.slice) {
    questions[`${id}/scope`] = { ...json, effect: 'permit', conditions: [] }
    for (const [at, { body }] of json.conditions.entries()) {
      for (const [nth, part] of partsOf(body).entries())
        questions[`${id}/${at}/${nth}`] = alone(part)
    }
  }
  const call = callOf(action, principal, around, converted)
  const answer = around.engine.decideOnce({
    ...call,
    schema: requestSchema(action.name, action.plan),
    policies: { staticPolicies: questions },
  })
  if (isEngineFailure(answer)) return undefined
  const held = new Set(answer.diagnostics.reason)
  const errors = new Map(
    answer.diagnostics.errors.map(({ policyId, error }) => [policyId, error.message]),
  )
  return {
    truth: (id) => (errors.has(id) ? 'error' : held.has(id)),
    error: (id) => errors.get(id),
  }
}

/** The operands of the outermost `&&`, in the order in which they are evaluated. */
function partsOf(body: Expr): readonly Expr[] {
  if (!('&&' in body)) return [body]
  const { left, right } = body['&&'] as { left: Expr; right: Expr }
  return [...partsOf(left), ...partsOf(right)]
}

function holds({ kind }: Clause, values: readonly Truth[]): boolean {
  const all = values.every((value) => value === true)
  if (kind === 'when') return all
  return values.includes(false) && !values.includes('error')
}

function alone(part: Expr): PolicyJson {
  return { ...ANYTHING, conditions: [{ kind: 'when', body: part }] }
}

function textOf(part: Expr): string {
  const text = cedar.policyText(alone(part)) ?? JSON.stringify(part)
  return text.replace(/^.*?\bwhen \{\s*/s, '').replace(/\s*\};\s*$/, '')
}

function lineOf(policy: Policy, at: number): number {
  const offset = conditionOffsets(policy.text)[at] ?? 0
  return policy.locate(Buffer.byteLength(policy.text.slice(0, offset))).line
}

function sawTags(part: Expr, tags: Readonly<Record<string, unknown>>): readonly Seen[] {
  return readTagsOf(part).map((tag) => {
    const value = tags[tag]
    return { name: `principal tag ${tag}`, ...(typeof value === 'string' ? { value } : {}) }
  })
}

function sawPaths(part: Expr, args: JsonObject): readonly Seen[] {
  return readPathsOf(part).map((path) => {
    const value = valueAt(args, path)
    const name = ['context.input', ...path].join('.')
    return { name, ...(value === undefined ? {} : { value }) }
  })
}

function valueAt(args: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = args
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as JsonObject)[name]
  }
  return value
}
