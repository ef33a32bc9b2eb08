// Random mutations of a YAML text (F-21): characters, lines and values changed, alone or together.
import * as fc from 'fast-check'

/** The text, one to four mutations away; as every file is read, without a lone surrogate. */
export function mutated(text: string): fc.Arbitrary<string> {
  return fc
    .array(mutationOf(text), { minLength: 1, maxLength: 4 })
    .map((mutations) => mutations.reduce((changed, mutate) => mutate(changed), text).toWellFormed())
}

type Mutation = (text: string) => string

// prettier-ignore
const VALUES = [
  '', '~', 'null', 'true', 'false', '0', '-1', '1e999', '.nan', '-.inf', '9007199254740993', '""', '[]', '{}', '[[]]', '{ a: }', '- x',
  '__proto__', '{ __proto__: { x: 1 } }', 'constructor', '${PORT}', '${', '$${', '*a', '&a b', '!x y', '!!binary x', '|', '>-', '"\\u0000"', "'", '"', '\u2028', '💥',
  'http://127.0.0.1', 'https://[::1]:1', 'facade', 'x'.repeat(3000), '{ file: x }', '{ env: PATH }', '{ kind: none }',
] as const

function mutationOf(text: string): fc.Arbitrary<Mutation> {
  const position = fc.nat(text.length)
  const line = fc.nat(text.split('\n').length - 1)
  return fc.oneof(
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
}

function lines(change: (all: readonly string[]) => readonly string[]): Mutation {
  return (text) => change(text.split('\n')).join('\n')
}
