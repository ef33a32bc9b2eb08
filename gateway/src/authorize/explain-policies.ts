// What each policy of a slice saw. Scope and conditions are put to the engine as policies of their own, one per
// operand of the outermost `&&`, in one request that is otherwise the one of the data path.
import type {
  Clause,
  Expr,
  Policy as EnginePolicy,
  PolicyJson,
} from '@cedar-policy/cedar-wasm/nodejs'
import { valueAt } from '../json/value-at.ts'
import type { JsonValue } from '../json/value.ts'
import { circumstancesOf } from './answer.ts'
import { circumstanceText, UTC } from './circumstances.ts'
import { convert } from './convert.ts'
import { cedar, isEngineFailure } from './engine.ts'
import type { ExplainedPart, ExplainedPolicy, Question, Seen, Truth } from './explanation.ts'
import type { Action } from './action.ts'
import type { PrincipalEntity } from './principal-entity.ts'
import { readsOfExpression, readTagsOf } from './read-set.ts'
import { operandsOf } from './operands.ts'
import { locate, treeOf } from './policy.ts'
import { requestSchema } from './request-schema.ts'
import { splitConditions } from './split-policies.ts'
import { inCircumstances, requestOf, type Surroundings } from './verdict.ts'

type Answers = {
  readonly truth: (id: string) => Truth
  readonly error: (id: string) => string | undefined
}

export function explainPolicies(
  question: Question,
  action: Action,
  principal: PrincipalEntity,
  around: Surroundings,
  deciding: readonly string[],
): readonly ExplainedPolicy[] {
  const answers = ask(question, action, principal, around)
  const { tags } = principal.entity
  return action.slice.map((policy): ExplainedPolicy => {
    const { id, file, line, effect } = policy
    const json = treeOf(policy)
    const scope = answers?.truth(`${id}/scope`) ?? 'not reached'
    let open = scope === true
    const conditions = splitConditions(policy.text).map(({ start, parts: texts }, at) => {
      const { kind, body } = json.conditions[at] as Clause
      const operands = operandsOf(body, texts.length)
      const parts = texts.map((text, nth): ExplainedPart => {
        const name = `${id}/${at}/${nth}`
        const value = open ? (answers as Answers).truth(name) : 'not reached'
        const error = answers?.error(name)
        open &&= value === true
        const expression = operands[nth] ?? expressionOf(text)
        const saw = [...sawTags(expression, tags), ...sawContext(expression, question, around)]
        return { text, value, saw, ...(value === 'error' && error !== undefined ? { error } : {}) }
      })
      open = holds(
        kind,
        parts.map(({ value }) => value),
      )
      const { line: conditionLine } = locate(policy, Buffer.byteLength(policy.text.slice(0, start)))
      return { kind, line: conditionLine, parts }
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
    return { id, file, line, effect, deciding: deciding.includes(id), outcome, scope, conditions }
  })
}

/** Puts every scope and every part of every condition to the engine at once. */
function ask(
  question: Question,
  action: Action,
  principal: PrincipalEntity,
  around: Surroundings,
): Answers | undefined {
  const converted = convert(action.plan, question.args)
  if ('path' in converted) return undefined
  const asked = inCircumstances(action, converted, circumstancesOf(question), around)
  if ('answer' in asked) return undefined
  const questions: Record<string, EnginePolicy> = {}
  for (const policy of action.slice) {
    const { id, text } = policy
    questions[`${id}/scope`] = { ...treeOf(policy), effect: 'permit', conditions: [] }
    for (const [at, { parts }] of splitConditions(text).entries()) {
      for (const [nth, part] of parts.entries()) questions[`${id}/${at}/${nth}`] = alone(part)
    }
  }
  const answer = around.engine.decideOnce({
    ...requestOf(action, principal, around, asked),
    schema: requestSchema(action.name, action.plan, action.circumstances),
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

function holds(kind: 'when' | 'unless', values: readonly Truth[]): boolean {
  if (kind === 'when') return values.every((value) => value === true)
  return values.includes(false) && !values.includes('error')
}

/** A policy that asks for this one part. Made of text: syntax trees round large integers. */
function alone(part: string): string {
  return `permit(principal, action, resource) when { ${part}\n };`
}

/** The part as a syntax tree, to see what it reads. */
function expressionOf(part: string): Expr {
  // INVARIANT: an operand of a condition that parses parses.
  const { conditions } = cedar.parsePolicy(alone(part)) as PolicyJson
  return (conditions[0] as Clause).body
}

function sawTags(part: Expr, tags: Readonly<Record<string, unknown>>): readonly Seen[] {
  return readTagsOf(part).map((tag) => {
    const value = tags[tag]
    return { name: `principal tag ${tag}`, ...(typeof value === 'string' ? { value } : {}) }
  })
}

function sawContext(
  part: Expr,
  question: Question,
  { clockface = UTC }: Surroundings,
): readonly Seen[] {
  const { paths, circumstances } = readsOfExpression(part)
  const seen = (name: string, value: JsonValue | undefined): Seen => {
    return { name, ...(value === undefined ? {} : { value }) }
  }
  return [
    ...paths.map((path) => {
      return seen(['context.input', ...path].join('.'), valueAt(question.args, path))
    }),
    ...circumstances.map((name) => {
      const value = circumstanceText(name, circumstancesOf(question), clockface)
      return seen(`context.${name}`, value)
    }),
  ]
}
