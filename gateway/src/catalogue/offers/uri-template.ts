// Whether a URI is one of those that a template makes (RFC 6570). Followed through the template as a set of positions in
// the URI, each part once, so that the time is bounded by the product of the two lengths whatever either of them is
// (attacks M-16); nothing is turned into a regular expression and nothing backtracks. What a variable stands for is not
// asked: values are for the target.

/** Both longer ones and templates with more expressions are not taken. */
const MAX_TEMPLATE = 2048
const MAX_EXPRESSIONS = 8

export type UriTemplate = {
  /** What every URI of it begins with. */
  readonly prefix: string
  readonly matches: (uri: string) => boolean
}

/** The character `first` (NaN: none) and then any number of characters up to one of `ends`, or nothing at all. */
type Value = { readonly first: number; readonly ends: Uint8Array }
type Part = { readonly literal: string } | Value

const EXPRESSION = /^[+#./;?&]?[\w.%]+(?:\*|:[1-9]\d{0,3})?(?:,[\w.%]+(?:\*|:[1-9]\d{0,3})?)*$/
const SCHEME = /^[a-z][a-z0-9+.-]*:/

// RFC 6570 §3.2: what an expression expands to, by its operator. Characters that it would have escaped count all the
// same, but for those that end a part of a URI: clients fill in what they like.
const SHAPES: Readonly<Record<string, Value>> = {
  '+': value('', ''),
  '#': value('#', ''),
  '.': value('.', '/?#'),
  '/': value('/', '?#'),
  ';': value(';', '/?#'),
  '?': value('?', '#'),
  '&': value('&', '#'),
}
const SIMPLE = value('', '/?#')

function value(first: string, ends: string): Value {
  return { first: first.charCodeAt(0), ends: tableOf(ends) }
}

/** One place for each character of ASCII. */
function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(128)
  for (const character of characters) table[character.charCodeAt(0)] = 1
  return table
}

/** Why the template is not taken, in words; otherwise the template. */
export function parseTemplate(text: string): UriTemplate | { readonly fault: string } {
  if (text.length > MAX_TEMPLATE) return { fault: `it is longer than ${MAX_TEMPLATE} characters` }
  const parts: Part[] = []
  let expressions = 0
  for (let at = 0; at < text.length;) {
    const open = text.indexOf('{', at)
    const literal = text.slice(at, open === -1 ? undefined : open)
    if (literal.includes('}')) return { fault: 'it has a brace that nothing opens' }
    if (literal !== '') parts.push({ literal })
    if (open === -1) break
    const close = text.indexOf('}', open)
    const expression = close === -1 ? '' : text.slice(open + 1, close)
    if (!EXPRESSION.test(expression))
      return { fault: 'it has an expression that is not of RFC 6570' }
    expressions += 1
    const shape = SHAPES[expression[0] ?? ''] ?? SIMPLE
    // Two values of one kind, one after the other, are one.
    if (parts.at(-1) !== shape || shape !== SIMPLE) parts.push(shape)
    at = close + 1
  }
  if (expressions > MAX_EXPRESSIONS)
    return { fault: `it has more than ${MAX_EXPRESSIONS} expressions` }
  const [first] = parts
  const prefix = first !== undefined && 'literal' in first ? first.literal : ''
  // One that could stand for any URI would claim those of other targets.
  if (!SCHEME.test(prefix)) return { fault: 'it does not begin with a scheme' }
  return { prefix, matches: (uri) => uri.startsWith(prefix) && follow(parts, uri) }
}

type Positions = Uint8Array<ArrayBuffer>

/** After each part: where in the URI it may have ended. */
function follow(parts: readonly Part[], uri: string): boolean {
  let ends = new Uint8Array(uri.length + 1)
  ends[0] = 1
  for (const part of parts) {
    ends = 'literal' in part ? afterLiteral(part.literal, ends, uri) : afterValue(part, ends, uri)
  }
  return ends[uri.length] === 1
}

function afterLiteral(literal: string, starts: Uint8Array, uri: string): Positions {
  const ends = new Uint8Array(uri.length + 1)
  for (let at = uri.indexOf(literal); at !== -1; at = uri.indexOf(literal, at + 1)) {
    if (starts[at] === 1) ends[at + literal.length] = 1
  }
  return ends
}

function afterValue({ first, ends }: Value, starts: Uint8Array, uri: string): Positions {
  const reached = new Uint8Array(uri.length + 1)
  const anyFirst = Number.isNaN(first)
  // Whether a value that has begun may go on here.
  let open = false
  for (let at = 0; at < uri.length; at += 1) {
    const begins = starts[at] === 1
    if (!begins && !open) continue
    reached[at] = 1
    const code = uri.charCodeAt(at)
    const goesOn = ends[code] !== 1
    open = (open && goesOn) || (begins && (anyFirst ? goesOn : code === first))
  }
  if (open || starts[uri.length] === 1) reached[uri.length] = 1
  return reached
}
