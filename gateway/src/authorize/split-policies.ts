// Cuts the text of a policy file into its policies, each with the offset where it begins, so that findings and
// explanations name the line. Knows of Cedar's grammar only strings, line comments and the semicolon that ends
// a policy; what is between is judged by the engine.

export type PolicyText = {
  /** From the first annotation or effect to the semicolon, as written. */
  readonly text: string
  /** Offset of the first character, in UTF-16. */
  readonly start: number
  /** False where the file ends before the semicolon. */
  readonly closed: boolean
}

// In this order: comment, string, semicolon, blanks, any other character.
const TOKENS = /\/\/[^\n]*|"(?:[^"\\]|\\[^])*"?|;|\s+|[^]/g

export function splitPolicies(source: string): readonly PolicyText[] {
  const found: PolicyText[] = []
  let start: number | undefined
  for (const { 0: token, index } of source.matchAll(TOKENS)) {
    if (token.startsWith('//') || token.trim() === '') continue
    start ??= index
    if (token !== ';') continue
    found.push({ text: source.slice(start, index + 1), start, closed: true })
    start = undefined
  }
  if (start !== undefined) found.push({ text: source.slice(start), start, closed: false })
  return found
}

/** One `when` or `unless` of a policy, as written. */
export type ConditionText = {
  /** Offset of the keyword inside the policy, in UTF-16. */
  readonly start: number
  /** The operands of the outermost `&&`, in the order in which they are evaluated. */
  readonly parts: readonly string[]
}

/** The conditions of one policy that parses, in order. */
export function splitConditions(policy: string): readonly ConditionText[] {
  const found: ConditionText[] = []
  let depth = 0
  let start = 0
  let body = 0
  for (const { 0: token, index } of policy.matchAll(WORDS)) {
    if (OPENING.has(token)) depth += 1
    if (CLOSING.has(token)) depth -= 1
    if (depth === 0 && (token === 'when' || token === 'unless')) start = index
    if (depth === 1 && token === '{') body = index + 1
    if (depth === 0 && token === '}') {
      found.push({ start, parts: splitOperands(policy.slice(body, index)) })
    }
  }
  return found
}

const WORDS = /\/\/[^\n]*|"(?:[^"\\]|\\[^])*"|\w+|&&|\|\||[^]/g
const OPENING: ReadonlySet<string> = new Set(['(', '{', '['])
const CLOSING: ReadonlySet<string> = new Set([')', '}', ']'])

function splitOperands(body: string): readonly string[] {
  const cuts = [0]
  let depth = 0
  for (const { 0: token, index } of body.matchAll(WORDS)) {
    if (OPENING.has(token)) depth += 1
    if (CLOSING.has(token)) depth -= 1
    if (depth > 0) continue
    // `||` binds less than `&&`, and `if` takes all that follows: then there is one operand.
    if (token === '||' || token === 'if') return [body.trim()]
    if (token === '&&') cuts.push(index + 2)
  }
  return cuts.map((from, at) => {
    const next = cuts[at + 1]
    return body.slice(from, next === undefined ? undefined : next - 2).trim()
  })
}
