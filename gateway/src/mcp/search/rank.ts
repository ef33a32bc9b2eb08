// Which of these tools fit some words best. It reads what its caller may see and nothing else: how rare a word is, is
// counted among those tools too, so that neither order nor time says anything of others. Texts of targets are bounded
// before they are read; there is no pattern whose time could grow.
import type { CatalogueEntry } from '../../catalogue/entry.ts'
import { isJsonObject } from '../../json/raw-number.ts'

const MAX_TEXT = 4_096
const MAX_WORDS = 32
const WEIGHT = { name: 8, title: 4, description: 2, argument: 1 } as const
/** Of a word that only begins as the one that was asked for. */
const BEGINS = 0.5

/** By word: what it weighs where it stands. */
type Words = ReadonlyMap<string, number>

const known = new WeakMap<CatalogueEntry, Words>()

/** Best first; without words all of them, in the order given. */
export function rankTools(
  entries: readonly CatalogueEntry[],
  query: string,
): readonly CatalogueEntry[] {
  const asked = [...new Set(wordsIn(query))].slice(0, MAX_WORDS)
  if (asked.length === 0) return entries
  const scores = new Map<CatalogueEntry, number>()
  for (const word of asked) {
    const weights = entries.map((entry) => weightOf(word, wordsOf(entry)))
    const having = weights.filter((weight) => weight > 0).length
    const rarity = Math.log1p(entries.length / Math.max(1, having))
    for (const [at, entry] of entries.entries()) {
      const weight = weights[at] ?? 0
      if (weight > 0) scores.set(entry, (scores.get(entry) ?? 0) + weight * rarity)
    }
  }
  // The sort is stable: equals stay in the order of their names.
  return [...scores].toSorted(([, one], [, other]) => other - one).map(([entry]) => entry)
}

function weightOf(asked: string, words: Words): number {
  const whole = words.get(asked)
  if (whole !== undefined) return whole
  if (asked.length < 3) return 0
  let best = 0
  for (const [word, weight] of words) {
    const alike = word.startsWith(asked) || (word.length > 3 && asked.startsWith(word))
    if (alike && weight * BEGINS > best) best = weight * BEGINS
  }
  return best
}

function wordsOf(entry: CatalogueEntry): Words {
  const before = known.get(entry)
  if (before !== undefined) return before
  const words = new Map<string, number>()
  const add = (text: unknown, weight: number): void => {
    if (typeof text !== 'string') return
    for (const word of wordsIn(text)) words.set(word, Math.max(weight, words.get(word) ?? 0))
  }
  const { wire, inputSchema, target, name } = entry
  add(name, WEIGHT.name)
  add(target, WEIGHT.title)
  add(wire['title'], WEIGHT.title)
  add(wire['description'], WEIGHT.description)
  const { properties } = inputSchema
  if (isJsonObject(properties)) {
    for (const argument of Object.keys(properties).slice(0, 256)) add(argument, WEIGHT.argument)
  }
  known.set(entry, words)
  return words
}

/** `getPrices_dayAhead` is four words. */
function wordsIn(text: string): readonly string[] {
  return text
    .slice(0, MAX_TEXT)
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}
