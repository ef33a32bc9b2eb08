// The operands of the outermost `&&` of a condition, as trees, to go with their texts (split-policies.ts).
import type { Expr } from '@cedar-policy/cedar-wasm/nodejs'

/** Empty where they are not as many as were written. */
export function operandsOf(body: Expr, count: number): readonly Expr[] {
  const found: Expr[] = []
  let left: Expr | undefined = body
  while (left !== undefined) {
    const { '&&': both } = left as { '&&'?: { left: Expr; right: Expr } }
    found.unshift(both === undefined ? left : both.right)
    left = both?.left
  }
  return found.length === count ? found : []
}
