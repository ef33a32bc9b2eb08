// Brackets that nobody closes. The YAML library finds them where the next line begins and calls it indentation; what
// helps is the place of the bracket itself.
import { Parser, type CST } from 'yaml'
import type { Finding } from './problem.ts'

/** One finding for each `{` and `[` without its counterpart, at its own place. */
export function unclosedBrackets(text: string): readonly Finding[] {
  return [...new Parser().parse(text)].flatMap(inToken)
}

type Item = CST.CollectionItem

function inToken(token: CST.Token): readonly Finding[] {
  if (token.type === 'document') return token.value === undefined ? [] : inToken(token.value)
  if (token.type === 'block-map' || token.type === 'block-seq') return token.items.flatMap(inItem)
  if (token.type !== 'flow-collection') return []
  const { source, offset } = token.start
  const counterpart = source === '{' ? '}' : ']'
  const closed = token.end.some(({ source: end }) => end === counterpart)
  const inside = token.items.flatMap(inItem)
  return closed ? inside : [finding(source, counterpart, offset), ...inside]
}

function inItem({ key, value }: Item): readonly Finding[] {
  return [key, value].flatMap((token) => (token ? inToken(token) : []))
}

function finding(bracket: string, counterpart: string, offset: number): Finding {
  return {
    code: 'config.invalid_yaml',
    path: [],
    range: [offset, offset + 1],
    message: `the bracket \`${bracket}\` is not closed`,
    expected: 'one plain YAML 1.2 document',
    fix: `write \`${counterpart}\` where it ends, on a line that is indented further than its key`,
  }
}
