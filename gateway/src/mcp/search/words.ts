// The words of one tool, made ready once so that asking for a word is a few steps, however many words there are and
// whoever wrote them: a word that begins as the one asked for is found in an ordered list, a word that the one asked for
// begins with is one of its few beginnings. Which texts count how much is for rank.ts to say.

/** Of a word that only begins as the one that was asked for, or the other way round. */
const BEGINS = 0.5
const SHORTEST_ASKED = 3
const SHORTEST_BEGINNING = 4
const LONGEST_BEGINNING = 32
const MAX_TEXT = 4_096

export type Words = {
  /** By word: what it weighs at the best of its places. */
  readonly weights: ReadonlyMap<string, number>
  /** The heaviest first, the words of each in order. */
  readonly ordered: readonly { readonly weight: number; readonly words: readonly string[] }[]
}

/** `texts`: by what a word in them weighs. */
export function readWords(texts: Iterable<readonly [weight: number, text: string]>): Words {
  const weights = new Map<string, number>()
  for (const [weight, text] of texts) {
    for (const word of wordsIn(text)) weights.set(word, Math.max(weight, weights.get(word) ?? 0))
  }
  const byWeight = Map.groupBy(weights.keys(), (word) => weights.get(word) ?? 0)
  const ordered = [...byWeight]
    .toSorted(([one], [other]) => other - one)
    .map(([weight, words]) => ({ weight, words: words.toSorted(byUnits) }))
  return { weights, ordered }
}

/** A word that is asked for, of as many tools as there are. */
export type AskedWord = { readonly word: string; readonly beginnings: readonly string[] }

export function askedWord(word: string): AskedWord {
  const beginnings: string[] = []
  const longest = Math.min(word.length - 1, LONGEST_BEGINNING)
  for (let length = SHORTEST_BEGINNING; length <= longest; length += 1) {
    beginnings.push(word.slice(0, length))
  }
  return { word, beginnings }
}

/** 0: nothing here is like it. */
export function weightOf({ word, beginnings }: AskedWord, { weights, ordered }: Words): number {
  const whole = weights.get(word)
  if (whole !== undefined) return whole
  if (word.length < SHORTEST_ASKED) return 0
  for (const { weight, words } of ordered) {
    const at = firstFrom(words, word)
    if (words[at]?.startsWith(word) === true) return weight * BEGINS
    // INVARIANT: what stands just before a word begins with every word of the list that the word begins with.
    const before = words[at - 1] ?? ''
    if (!before.startsWith(beginnings[0] ?? word)) continue
    if (beginnings.some((beginning) => weights.get(beginning) === weight)) return weight * BEGINS
  }
  return 0
}

/** Where the first word stands that is not before `asked`: if any begins as it does, this one. */
function firstFrom(words: readonly string[], asked: string): number {
  let from = 0
  let to = words.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((words[middle] ?? '') < asked) from = middle + 1
    else to = middle
  }
  return from
}

function byUnits(one: string, other: string): number {
  return one < other ? -1 : 1
}

/** `getPrices_dayAhead` is four words. */
export function wordsIn(text: string): readonly string[] {
  return text
    .slice(0, MAX_TEXT)
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}
