// A `pattern` of a tool's schema as a tree (ECMA-262 §22.2.1, the grammar with `u`), for argument-schema-pattern.ts.
// What no automaton can follow (backreferences, looking ahead and behind) is refused in words.

export type Pattern =
  | { readonly kind: 'one'; readonly accepts: (character: string, codePoint: number) => boolean }
  | { readonly kind: 'edge'; readonly at: 'start' | 'end' | 'word' | 'inner' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Pattern[] }
  | {
      readonly kind: 'repeat'
      readonly part: Pattern
      readonly least: number
      readonly most: number
    }

export class UnsupportedPattern extends Error {
  override readonly name = 'UnsupportedPattern'
}

const MAX_LENGTH = 1_000
/** Each costs the engine a table of all characters. */
const MAX_PROPERTIES = 8
const ESCAPE =
  /\\(?:u\{[0-9a-f]+\}|u[dD][89abAB][0-9a-f]{2}\\u[dD][c-fC-F][0-9a-f]{2}|u[0-9a-f]{4}|x[0-9a-f]{2}|c[a-z]|[pP]\{[^}]*\}|.)/iy
const QUANTIFIER = /(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/y

export function parsePattern(source: string): Pattern {
  if (source.length > MAX_LENGTH) {
    throw new UnsupportedPattern(`is longer than ${MAX_LENGTH} characters`)
  }
  if ((source.match(/\\p/gi)?.length ?? 0) > MAX_PROPERTIES) {
    throw new UnsupportedPattern(`names more than ${MAX_PROPERTIES} properties of characters`)
  }
  if (!isWellFormed(source)) throw new UnsupportedPattern('is no regular expression of Unicode')
  let at = 0

  function choice(): Pattern {
    const parts = [sequence()]
    while (source[at] === '|') {
      at += 1
      parts.push(sequence())
    }
    return parts.length === 1 ? (parts[0] as Pattern) : { kind: 'choice', parts }
  }

  function sequence(): Pattern {
    const parts: Pattern[] = []
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(repeated())
    return { kind: 'sequence', parts }
  }

  function repeated(): Pattern {
    const part = atom()
    const [text, least, comma, most] = take(QUANTIFIER) ?? []
    if (text === undefined) return part
    if (least === undefined) {
      const atLeast = text.startsWith('+') ? 1 : 0
      return { kind: 'repeat', part, least: atLeast, most: text.startsWith('?') ? 1 : Infinity }
    }
    const upTo = comma === '' ? Number(least) : most === '' ? Infinity : Number(most)
    return { kind: 'repeat', part, least: Number(least), most: upTo }
  }

  function take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = at
    const found = expression.exec(source)
    if (found === null) return undefined
    at += found[0].length
    return found
  }

  function atom(): Pattern {
    const character = String.fromCodePoint(source.codePointAt(at) ?? 0)
    switch (character) {
      case '(':
        return group()
      case '[':
        return inClass()
      case '\\':
        return escape()
      case '^':
      case '$':
        at += 1
        return { kind: 'edge', at: character === '^' ? 'start' : 'end' }
      case '.':
        at += 1
        return one('.')
    }
    at += character.length
    const expected = character.codePointAt(0)
    return { kind: 'one', accepts: (_, codePoint) => codePoint === expected }
  }

  function group(): Pattern {
    const opening = take(/\((?:\?:|\?<[^=!>][^>]*>|(?!\?))/y)
    if (opening === undefined) throw new UnsupportedPattern('looks ahead or behind, or sets flags')
    const inner = choice()
    at += 1
    return inner
  }

  /** With `u`, the first bracket that is not escaped ends a class. */
  function inClass(): Pattern {
    const from = at
    while (source[at] !== ']') at += source[at] === '\\' ? 2 : 1
    at += 1
    return one(source.slice(from, at))
  }

  function escape(): Pattern {
    const text = take(ESCAPE)?.[0] ?? ''
    if (/^\\[1-9k]/.test(text)) throw new UnsupportedPattern('refers back to what it matched')
    if (text === '\\b') return { kind: 'edge', at: 'word' }
    if (text === '\\B') return { kind: 'edge', at: 'inner' }
    return one(text)
  }

  return choice()
}

function isWellFormed(source: string): boolean {
  try {
    return new RegExp(source, 'u').unicode
  } catch {
    return false
  }
}

/** One character, as the language's own expressions read it: a single one leaves nothing to go back to. */
function one(source: string): Pattern {
  const expression = new RegExp(`^(?:${source})$`, 'u')
  const known: (boolean | undefined)[] = []
  return {
    kind: 'one',
    accepts: (character, codePoint) =>
      codePoint < 128
        ? (known[codePoint] ??= expression.test(character))
        : expression.test(character),
  }
}
