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

/** Where the `when` and `unless` of one policy begin, in order. */
export function conditionOffsets(policy: string): readonly number[] {
  const found: number[] = []
  let depth = 0
  for (const { 0: token, index } of policy.matchAll(
    /\/\/[^\n]*|"(?:[^"\\]|\\[^])*"?|[{}()]|\w+|[^]/g,
  )) {
    if ('{('.includes(token)) depth += 1
    else if ('})'.includes(token)) depth -= 1
    else if (depth === 0 && (token === 'when' || token === 'unless')) found.push(index)
  }
  return found
}
