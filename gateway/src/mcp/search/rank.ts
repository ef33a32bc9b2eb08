// Which of these tools fit some words best. It reads what its caller may see and nothing else: how rare a word is, is
// counted among those tools too, so that neither order nor time says anything of others. The words of a tool are read
// once (words.ts), and few are asked for: a search of thousands of tools holds nobody up.
import { setImmediate } from 'node:timers/promises'
import type { CatalogueEntry } from '../../catalogue/entry.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import { askedWord, readWords, weightOf, wordsIn, type Words } from './words.ts'

/** Different ones; what follows them is not looked for. */
export const MAX_WORDS = 8
const MAX_ARGUMENTS = 256
/** Tools that are read before others get their turn. */
const AT_ONCE = 16
const WEIGHT = { name: 8, title: 4, description: 2, argument: 1 } as const

const known = new WeakMap<CatalogueEntry, Words>()

/** Best first; without words all of them, in the order given. */
export function rankTools(
  entries: readonly CatalogueEntry[],
  query: string,
): readonly CatalogueEntry[] {
  const asked = [...new Set(wordsIn(query))].slice(0, MAX_WORDS).map(askedWord)
  if (asked.length === 0) return entries
  const words = entries.map(wordsOf)
  const scores = new Float64Array(entries.length)
  for (const word of asked) {
    const weights = words.map((of) => weightOf(word, of))
    const having = weights.filter((weight) => weight > 0).length
    const rarity = Math.log1p(entries.length / Math.max(1, having))
    for (const [at, weight] of weights.entries()) scores[at] = (scores[at] ?? 0) + weight * rarity
  }
  const scored = entries.map((entry, at) => ({ entry, score: scores[at] ?? 0 }))
  // The sort is stable: equals stay in the order of their names.
  const best = scored.filter(({ score }) => score > 0).toSorted((a, b) => b.score - a.score)
  return best.map(({ entry }) => entry)
}

/** Reads what has not been read, and lets the loop turn meanwhile: targets may write much. */
export async function readTools(entries: readonly CatalogueEntry[]): Promise<void> {
  const unread = entries.filter((entry) => !known.has(entry))
  for (const [at, entry] of unread.entries()) {
    wordsOf(entry)
    if (at % AT_ONCE === AT_ONCE - 1) await setImmediate()
  }
}

function wordsOf(entry: CatalogueEntry): Words {
  let words = known.get(entry)
  if (words === undefined) {
    words = readWords(textsOf(entry))
    known.set(entry, words)
  }
  return words
}

function* textsOf({ wire, inputSchema, target, name }: CatalogueEntry): Iterable<[number, string]> {
  const { title, description } = wire
  yield [WEIGHT.name, name]
  yield [WEIGHT.title, target]
  if (typeof title === 'string') yield [WEIGHT.title, title]
  if (typeof description === 'string') yield [WEIGHT.description, description]
  const { properties } = inputSchema
  if (!isJsonObject(properties)) return
  for (const argument of Object.keys(properties).slice(0, MAX_ARGUMENTS)) {
    yield [WEIGHT.argument, argument]
  }
}
