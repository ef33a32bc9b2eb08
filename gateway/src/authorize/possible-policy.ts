// A policy without what it asks of arguments and circumstances, for lists: a permit that keeps only the conditions that
// are the same for every call of a principal, and so permits more; a forbid only where it reads nothing of a call, for
// otherwise it is not certain. Where even that denies, every call is denied (policy-audit §1.3, attacks M-10).
import type { Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { operandsOf } from './operands.ts'
import { readsOfExpression } from './read-set.ts'
import { splitConditions } from './split-policies.ts'

export type Possible = {
  /** `undefined`: the policy as it is. */
  readonly text?: string
  /** It is the policy itself: what it answers, or that it errs, holds for every call. */
  readonly certain: boolean
}

/** A part may end with a comment. */
const AND = '\n && '

/** `undefined`: it is left out. */
export function possiblePolicy(text: string, json: PolicyJson): Possible | undefined {
  const conditions = json.conditions.map(({ kind, body }) => ({ kind, body }))
  if (conditions.every(({ body }) => !readsCall(body))) return { certain: true }
  if (json.effect === 'forbid') return undefined
  const written = splitConditions(text)
  const kept = conditions.flatMap(({ kind, body }, at) => {
    const parts = written[at]?.parts ?? []
    // An `unless` that reads the call may be false.
    if (kind === 'unless') return readsCall(body) ? [] : [`unless { ${parts.join(AND)}\n }`]
    const operands = operandsOf(body, parts.length)
    const same = parts.filter((_, nth) => !readsCall(operands[nth] ?? body))
    return same.length === 0 ? [] : [`when { ${same.join(AND)}\n }`]
  })
  const head = text.slice(0, written[0]?.start ?? text.length)
  return { text: `${head}${kept.join('\n')};`, certain: false }
}

function readsCall(expression: Expr): boolean {
  const { paths, circumstances } = readsOfExpression(expression)
  return paths.length > 0 || circumstances.length > 0
}
