// The patterns of tools' schemas in linear time, for argument-schema.ts (attacks D-11, M-15): an automaton that is in
// all of its states at once and never goes back, whatever the pattern is. Every step is counted.
import { parsePattern, UnsupportedPattern, type Pattern } from './argument-schema-pattern-parse.ts'

/** True where the text has a match anywhere. */
export type Matcher = (text: string, spend: (steps: number) => void) => boolean

type Edge = Extract<Pattern, { kind: 'edge' }>['at']
type State =
  | { readonly accepts: (character: string, codePoint: number) => boolean; next: number }
  | { readonly edge: Edge; next: number }
  | { readonly forks: number[] }
  | 'match'

const MAX_STATES = 2_000
const WORD = /^\w$/

/** Throws `UnsupportedPattern`. */
export function compilePattern(source: string): Matcher {
  const { states, start } = build(parsePattern(source))
  return (text, spend) => run(states, start, text, spend)
}

function build(pattern: Pattern): { readonly states: readonly State[]; readonly start: number } {
  const states: State[] = ['match']
  let emitted = 0

  function add(state: State): number {
    if (states.length >= MAX_STATES) throw new UnsupportedPattern('repeats too much')
    return states.push(state) - 1
  }

  /** From the end to the beginning: `next` is where it goes on. */
  function emit(part: Pattern, next: number): number {
    emitted += 1
    // Repeated, even what makes no state takes its time.
    if (emitted > 4 * MAX_STATES) throw new UnsupportedPattern('repeats too much')
    switch (part.kind) {
      case 'one':
        return add({ accepts: part.accepts, next })
      case 'edge':
        return add({ edge: part.at, next })
      case 'sequence':
        return part.parts.reduceRight((after, inner) => emit(inner, after), next)
      case 'choice':
        return add({ forks: part.parts.map((inner) => emit(inner, next)) })
      case 'repeat':
        return repeat(part, next)
    }
  }

  function repeat(
    { part, least, most }: Extract<Pattern, { kind: 'repeat' }>,
    next: number,
  ): number {
    let first = next
    if (most === Infinity) {
      const forks: number[] = []
      first = add({ forks })
      forks.push(emit(part, first), next)
    } else {
      for (let times = least; times < most; times += 1) {
        first = add({ forks: [emit(part, first), next] })
      }
    }
    for (let times = 0; times < least; times += 1) first = emit(part, first)
    return first
  }

  const start = emit(pattern, 0)
  return { states, start }
}

function run(
  states: readonly State[],
  start: number,
  text: string,
  spend: (steps: number) => void,
): boolean {
  /** At which position a state was entered last. */
  const entered = new Int32Array(states.length).fill(-1)
  let matched = false

  /** Follows what takes no character. */
  function enter(state: number, at: number, into: number[]): void {
    const open = [state]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (entered[id] === at) continue
      entered[id] = at
      spend(1)
      const found = states[id] as State
      if (found === 'match') matched = true
      else if ('accepts' in found) into.push(id)
      else if ('forks' in found) open.push(...found.forks)
      else if (isAt(found.edge, text, at)) open.push(found.next)
    }
  }

  let present: number[] = []
  enter(start, 0, present)
  for (let at = 0; at < text.length && !matched;) {
    const codePoint = text.codePointAt(at) as number
    const character = String.fromCodePoint(codePoint)
    at += character.length
    spend(1 + present.length)
    const next: number[] = []
    for (const id of present) {
      const state = states[id] as Extract<State, { accepts: unknown }>
      if (state.accepts(character, codePoint)) enter(state.next, at, next)
    }
    // A match may begin anywhere.
    enter(start, at, next)
    present = next
  }
  return matched
}

function isAt(edge: Edge, text: string, at: number): boolean {
  if (edge === 'start') return at === 0
  if (edge === 'end') return at === text.length
  const isInner = WORD.test(text[at - 1] ?? '') === WORD.test(text[at] ?? '')
  return isInner === (edge === 'inner')
}
