// Mutated configurations (F-21): the good one with characters, lines and values changed at random.
import * as fc from 'fast-check'
import { expect } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { CONFIG_PROBLEMS } from '../../src/config/problem.ts'
import { relaxations } from '../../src/config/relaxations.ts'
import { renderProblems } from '../../src/config/render-problems.ts'
import { ENVIRONMENT, GOOD } from './sample-config.ts'

const LINES = GOOD.split('\n')
// prettier-ignore
const VALUES = [
  '', '~', 'null', 'true', 'false', '0', '-1', '1e999', '.nan', '-.inf', '9007199254740993', '""', '[]', '{}', '[[]]', '{ a: }', '- x',
  '__proto__', '{ __proto__: { x: 1 } }', 'constructor', '${PORT}', '${', '$${', '*a', '&a b', '!x y', '!!binary x', '|', '>-', '"\\u0000"', "'", '"', '\u2028', '💥',
  'http://127.0.0.1', 'https://[::1]:1', 'facade', 'x'.repeat(3000), '{ file: x }', '{ env: PATH }', '{ kind: none }',
] as const

const position = fc.nat(GOOD.length)
const line = fc.nat(LINES.length - 1)
type Mutation = (text: string) => string
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(position, fc.nat(6)).map(
    ([at, count]): Mutation =>
      (text) =>
        text.slice(0, at) + text.slice(at + count),
  ),
  fc.tuple(position, fc.string({ unit: 'binary', maxLength: 4 })).map(
    ([at, noise]): Mutation =>
      (text) =>
        text.slice(0, at) + noise + text.slice(at),
  ),
  fc.tuple(position, fc.constantFrom(...VALUES)).map(
    ([at, noise]): Mutation =>
      (text) =>
        text.slice(0, at) + noise + text.slice(at),
  ),
  position.map(
    (at): Mutation =>
      (text) =>
        text.slice(0, at),
  ),
  line.map((at): Mutation => lines((all) => all.toSpliced(at, 1))),
  fc
    .tuple(line, line)
    .map(([from, to]): Mutation => lines((all) => all.toSpliced(to, 0, all[from] ?? ''))),
  fc
    .tuple(line, fc.nat(8))
    .map(([at, indent]): Mutation =>
      lines((all) =>
        all.with(Math.min(at, all.length - 1), ' '.repeat(indent) + (all[at] ?? '').trim()),
      ),
    ),
  fc.tuple(line, fc.constantFrom(...VALUES)).map(([at, value]): Mutation =>
    lines((all) =>
      all.with(
        Math.min(at, all.length - 1),
        (all[at] ?? '').replace(/: .*$/, () => `: ${value}`),
      ),
    ),
  ),
)

/** Configurations that are one to four mutations away from a good one. */
export const mutatedConfig: fc.Arbitrary<string> = fc
  .array(mutation, { minLength: 1, maxLength: 4 })
  .map((mutations) => mutations.reduce((text, mutate) => mutate(text), GOOD))

/** Never a crash; problems are complete; what is accepted is frozen and relaxes nothing that is not written out. */
export function expectJudged(text: string): 'accepted' | 'refused' {
  const result = parseConfig(text, '/etc/sallyport/sallyport.yaml', ENVIRONMENT)
  if ('problems' in result) {
    expect(result.problems.length).toBeGreaterThan(0)
    const rows = text.split('\n').length
    for (const { code, line: at, column, message, expected, fix } of result.problems) {
      if (!(code in CONFIG_PROBLEMS) || at < 1 || at > rows || column < 1)
        expect.fail(`${code} ${at}:${column}`)
      if (message === '' || expected === '' || fix === '') expect.fail(`${code} says too little`)
    }
    expect(renderProblems(result.problems, true)).not.toContain('undefined')
    return 'refused'
  }
  expect(Object.isFrozen(result.config.targets)).toBe(true)
  for (const { path } of relaxations(result.config)) {
    expect(text).toContain(path.split('.').at(-1))
  }
  return 'accepted'
}

function lines(change: (all: readonly string[]) => readonly string[]): Mutation {
  return (text) => change(text.split('\n')).join('\n')
}
