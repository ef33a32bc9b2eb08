import { expect, test } from 'vitest'
import { cedar, isEngineFailure } from '../../src/authorize/engine.ts'
import { readsOf, readTagsOf } from '../../src/authorize/read-set.ts'

function reads(condition: string): readonly string[] {
  const policy = cedar.parsePolicy(`permit(principal, action, resource) when { ${condition} };`)
  if (isEngineFailure(policy)) throw new Error(JSON.stringify(policy.failed))
  return readsOf(policy).paths.map((path) => path.join('.'))
}

const WHOLE = ['']

// policy-audit §1.1 rule 5: the read set comes from the policy's own syntax tree; `has` counts.
test.each([
  ['true', []],
  ['principal.getTag("a") == "b"', []],
  ['context.input.a == 1', ['a']],
  ['context.input.a.b.c == 1', ['a.b.c']],
  ['context.input["a b"] == 1', ['a b']],
  ['context.input has a', ['a']],
  ['context has input.a.b', ['a.b']],
  ['context has input && context.input has a.b', ['a.b']],
  ['context.input.a has b', ['a.b']],
  ['context.input.d.lessThan(decimal("1.0"))', ['d']],
  ['context.input.s.contains(context.input.t)', ['s', 't']],
  ['[context.input.a, 2].containsAll(context.input.s)', ['a', 's']],
  ['{x: context.input.a}.x == 1', ['a']],
  ['{x: context.input.a} has x', ['a']],
  ['(if context.input.c then context.input.a else context.input.b).x == 1', ['c', 'a', 'b']],
  ['context.input.a like "*x*"', ['a']],
  ['context.input.e is AgentCore::X', ['e']],
  ['context.input.e is AgentCore::X in context.input.f', ['e', 'f']],
  ['context.input.m.hasTag("x") && context.input.m.getTag(context.input.k) == 1', ['m', 'm', 'k']],
  ['!(context.input.a) || -context.input.n < 5', ['a', 'n']],
  ['context.input.s.isEmpty()', ['s']],
  ['context.input == {a: 1}', WHOLE],
  ['context == {input: {a: 1}}', WHOLE],
  ['context.other == 1', WHOLE],
  ['context.other.a == 1', WHOLE],
  ['context has other', WHOLE],
  ['principal == AgentCore::OAuthUser::"context.input.a"', []],
] as const)('%s', (condition, paths) => {
  expect(reads(condition)).toEqual(paths)
})

test('the tags that a condition asks for, each once', () => {
  const policy = cedar.parsePolicy(
    'permit(principal, action, resource) when { principal.hasTag("a") && principal.getTag("a") == principal.getTag("b") || principal.hasTag(context.input.x) };',
  )
  expect(isEngineFailure(policy) ? [] : readTagsOf(policy.conditions)).toEqual(['a', 'b'])
})
