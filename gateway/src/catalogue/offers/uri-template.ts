// Whether a URI is one of those that a template makes (RFC 6570). Followed through the template as a set of positions in
// the URI, each part once, so that the time is bounded by the product of the two lengths whatever either of them is
// (attacks M-16); nothing is turned into a regular expression and nothing backtracks. What a variable stands for is not
// asked: values are for the target.

/** Both longer ones and templates with more expressions are not taken. */
const MAX_TEMPLATE = 2048
const MAX_EXPRESSIONS = 16

export type UriTemplate = {
  /** What every URI of it begins with. */
  readonly prefix: string
  readonly matches: (uri: string) => boolean
}

/** `first` and then any number of these characters, or nothing at all. */
type Value = { readonly first: string; readonly allowed: RegExp }
type Part = { readonly literal: string } | Value

const EXPRESSION = /^[+#./;?&]?[\w.%]+(?:\*|:[1-9]\d{0,3})?(?:,[\w.%]+(?:\*|:[1-9]\d{0,3})?)*$/
const SCHEME = /^[a-z][a-z0-9+.-]*:/

// RFC 6570 §3.2: what an expression expands to, by its operator. Characters that it would have escaped count all the
// same, but for those that end a part of a URI: clients fill in what they like.
const SHAPES: Readonly<Record<string, Value>> = {
  '+': { first: '', allowed: /[^]/ },
  '#': { first: '#', allowed: /[^]/ },
  '.': { first: '.', allowed: /[^/?#]/ },
  '/': { first: '/', allowed: /[^?#]/ },
  ';': { first: ';', allowed: /[^/?#]/ },
  '?': { first: '?', allowed: /[^#]/ },
  '&': { first: '&', allowed: /[^#]/ },
}
const SIMPLE: Value = { first: '', allowed: /[^/?#]/ }

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
    parts.push(SHAPES[expression[0] ?? ''] ?? SIMPLE)
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

/** After each part: where in the URI it may have ended. */
function follow(parts: readonly Part[], uri: string): boolean {
  let ends = new Uint8Array(uri.length + 1)
  ends[0] = 1
  for (const part of parts) {
    ends = 'literal' in part ? afterLiteral(part.literal, ends, uri) : afterValue(part, ends, uri)
  }
  return ends[uri.length] === 1
}

function afterLiteral(literal: string, starts: Uint8Array, uri: string): Uint8Array<ArrayBuffer> {
  const ends = new Uint8Array(uri.length + 1)
  for (let at = uri.indexOf(literal); at !== -1; at = uri.indexOf(literal, at + 1)) {
    if (starts[at] === 1) ends[at + literal.length] = 1
  }
  return ends
}

function afterValue(
  { first, allowed }: Value,
  starts: Uint8Array,
  uri: string,
): Uint8Array<ArrayBuffer> {
  const ends = new Uint8Array(uri.length + 1)
  // Whether a value that has begun may go on here.
  let open = false
  for (let at = 0; at <= uri.length; at += 1) {
    const begins = starts[at] === 1
    if (begins || open) ends[at] = 1
    const character = uri[at] ?? ''
    const goesOn = allowed.test(character)
    open = (open && goesOn) || (begins && (first === '' ? goesOn : character === first))
  }
  return ends
}
