// Whether a regular expression can take longer than its input is long (attacks D-10): by the structure of its automaton and
// not by a clock. A backtracking engine is slow exactly where one input has many ways through it and all of them fail:
//   exponential  some state is reached from itself in two ways by the same text
//   polynomial   two states that hold themselves by the same text, one of which leads to the other
// (Weideman et al. 2016). The parser is the one for patterns of tools' schemas. Counted repetitions are taken for endless
// ones: what is found may be harmless, what is not found is.
import {
  parsePattern,
  type Pattern,
} from '@sallyport/gateway/authorize/argument-schema-pattern-parse.ts'

export type Ambiguity = 'none' | 'polynomial' | 'exponential'

type Accepts = (character: string, codePoint: number) => boolean
/** Positions of the pattern (Glushkov): each takes one character and may be followed by others. */
type Automaton = {
  readonly positions: Accepts[]
  /** Twice where two ways lead there by one character. */
  readonly follow: number[][]
  readonly first: Set<number>
  readonly last: Set<number>
  readonly empty: boolean
  readonly anchored: boolean
}

const FEW = 4

/** Throws where the parser does not know the pattern: one that looks ahead or behind, or refers back. */
export function ambiguityOf(source: string): Ambiguity {
  const pattern = parsePattern(source)
  const automaton = build(pattern)
  const classes = classesOf(automaton.positions)
  const steps = stepsOf(automaton, classes)
  if (isExponential(steps)) return 'exponential'
  return isPolynomial(automaton, steps, classes.length) ? 'polynomial' : 'none'
}

function build(pattern: Pattern): Automaton {
  const positions: Accepts[] = []
  const follow: number[][] = []
  type Part = {
    first: Set<number>
    last: Set<number>
    empty: boolean
    anchored: boolean
    ended: boolean
  }
  const nothing = (): Part => ({
    first: new Set(),
    last: new Set(),
    empty: true,
    anchored: false,
    ended: false,
  })

  function walk(part: Pattern): Part {
    switch (part.kind) {
      case 'one': {
        const at = positions.push(part.accepts) - 1
        follow.push([])
        return {
          first: new Set([at]),
          last: new Set([at]),
          empty: false,
          anchored: false,
          ended: false,
        }
      }
      case 'edge':
        // What has to hold at a place takes no character; that a match must end somewhere lets it fail.
        return { ...nothing(), anchored: part.at === 'start', ended: part.at !== 'start' }
      case 'choice': {
        const parts = part.parts.map(walk)
        return {
          first: union(parts.map(({ first }) => first)),
          last: union(parts.map(({ last }) => last)),
          empty: parts.some(({ empty }) => empty),
          anchored: parts.every(({ anchored }) => anchored),
          ended: parts.some(({ ended }) => ended),
        }
      }
      case 'sequence':
        return part.parts.map(walk).reduce(join, nothing())
      case 'repeat': {
        if (part.most === 0) return nothing()
        // Counted to a few is written out; beyond that it is taken for endless.
        const few = part.most <= FEW
        const copies = few ? part.most : Math.min(Math.max(part.least, 1), FEW)
        const parts = Array.from({ length: copies }, () => walk(part.part))
        const end = parts.at(-1) ?? nothing()
        if (!few) connect(end.last, end.first)
        const all = parts.reduce(join, nothing())
        if (all.empty) return all
        // One copy after the other: it may end with each from the least number on.
        const ends = parts.slice(Math.max(Math.min(part.least, copies), 1) - 1)
        return { ...all, last: union(ends.map(({ last }) => last)), empty: part.least === 0 }
      }
    }
  }

  function connect(from: Set<number>, to: Set<number>): void {
    for (const one of from) for (const other of to) follow[one]?.push(other)
  }

  function join(one: Part, other: Part): Part {
    connect(one.last, other.first)
    return {
      first: one.empty ? union([one.first, other.first]) : one.first,
      last: other.empty ? union([one.last, other.last]) : other.last,
      empty: one.empty && other.empty,
      anchored: one.anchored || (one.empty && other.anchored),
      ended: one.ended || other.ended,
    }
  }

  const whole = walk(pattern)
  // A match that may end anywhere cannot fail once it has come that far.
  const last = whole.ended ? new Set<number>() : whole.last
  return {
    positions,
    follow,
    first: whole.first,
    last,
    empty: whole.empty && !whole.ended,
    anchored: whole.anchored,
  }
}

const SAMPLE = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCodePoint(code)),
  // Of the scripts and forms that our patterns name, and a half of a pair.
  ...Array.from(
    '\u0085\u00a0ßéſK\u061c\u200b\u2028\u202e\u2060\u3000\ufeff\ufff9\uff1d\uff20中😀\u{10ffff}',
  ),
  '\ud800',
  '\udc00',
]

/** Characters that no position tells apart are one. */
function classesOf(positions: readonly Accepts[]): readonly string[] {
  const classes = new Map<string, string>()
  for (const character of SAMPLE) {
    const key = positions
      .map((accepts) => Number(accepts(character, character.codePointAt(0) ?? 0)))
      .join('')
    if (key.includes('1')) classes.set(key, character)
  }
  return [...classes.values()]
}

/** By position and class: where it may go next. */
type Steps = readonly (readonly (readonly number[])[])[]

function stepsOf({ positions, follow }: Automaton, classes: readonly string[]): Steps {
  return follow.map((next) =>
    classes.map((character) =>
      next.filter((to) => positions[to]?.(character, character.codePointAt(0) ?? 0) === true),
    ),
  )
}

/** A pair (p, p) that leads to a pair of two and back to (p, p). */
function isExponential(steps: Steps): boolean {
  const count = steps.length
  const next = (pair: number) => {
    const [one, other] = [Math.floor(pair / count), pair % count]
    return (steps[one] ?? []).flatMap((tos, at) =>
      tos.flatMap((to) => (steps[other]?.[at] ?? []).map((along) => to * count + along)),
    )
  }
  const before = new Map<number, Set<number>>()
  for (let pair = 0; pair < count * count; pair += 1) {
    for (const to of next(pair)) before.set(to, (before.get(to) ?? new Set()).add(pair))
  }
  for (let state = 0; state < count; state += 1) {
    const twice = (steps[state] ?? []).flatMap((tos) =>
      tos.filter((to, at) => tos.indexOf(to) !== at),
    )
    const onwards = (from: number) => (steps[from] ?? []).flat()
    if (twice.some((to) => to === state || reached([to], onwards).has(state))) return true
    const same = state * count + state
    const forth = reached([same], next)
    const back = reached([same], (pair) => [...(before.get(pair) ?? [])])
    for (const pair of forth) {
      if (Math.floor(pair / count) !== pair % count && back.has(pair)) return true
    }
  }
  return false
}

/**
 * A triple (p, p, q) that leads to (p, q, q), p and q two states, and q cannot but fail in the end. Where a match may begin
 * anywhere, the beginning is a state that every text holds.
 */
function isPolynomial(
  { first, last, positions, anchored }: Automaton,
  steps: Steps,
  classes: number,
): boolean {
  const START = steps.length
  const all = Array.from({ length: classes }).keys().toArray()
  const sample = classesOf(positions)
  const fromStart = all.map((at) => {
    const character = sample[at] ?? ''
    const begins = [...first].filter((to) =>
      positions[to]?.(character, character.codePointAt(0) ?? 0),
    )
    return anchored ? begins : [START, ...begins]
  })
  const step = (state: number, at: number) =>
    (state === START ? fromStart[at] : steps[state]?.[at]) ?? []
  const count = START + 1
  const live = new Set(all.flatMap((at) => step(START, at)))
  for (const state of live) for (const at of all) for (const to of step(state, at)) live.add(to)
  const holds = [...live].filter((state) => state === START || reachesItself(state, step, all))
  for (const one of holds) {
    for (const other of holds) {
      if (one === other || other === START || last.has(other)) continue
      const from = (one * count + one) * count + other
      const goal = (one * count + other) * count + other
      const next = (triple: number) => {
        const c = triple % count
        const b = Math.floor(triple / count) % count
        const a = Math.floor(triple / count / count)
        return all.flatMap((at) =>
          step(a, at).flatMap((x) =>
            step(b, at).flatMap((y) => step(c, at).map((z) => (x * count + y) * count + z)),
          ),
        )
      }
      if (reached([from], next, goal).has(goal)) return true
    }
  }
  return false
}

function reachesItself(
  state: number,
  step: (state: number, at: number) => readonly number[],
  all: readonly number[],
): boolean {
  const next = (from: number) => all.flatMap((at) => step(from, at))
  return reached(next(state), next).has(state)
}

function reached(
  from: readonly number[],
  next: (state: number) => readonly number[],
  goal?: number,
): Set<number> {
  const seen = new Set(from)
  const open = [...seen]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const to of next(state)) {
      if (seen.has(to)) continue
      seen.add(to)
      if (to === goal) return seen
      open.push(to)
    }
  }
  return seen
}

function union(sets: readonly Set<number>[]): Set<number> {
  return new Set(sets.flatMap((set) => [...set]))
}
