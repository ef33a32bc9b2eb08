import { expect, it } from 'vitest'
import { askedWord, readWords, weightOf, type Words } from '../../../src/mcp/search/words.ts'

/** Counts each word that is looked at, in the lists as well as by its name. */
function counted({ weights, ordered }: Words): { words: Words; looks: () => number } {
  let looks = 0
  const looking = <Of extends object>(of: Of): Of =>
    new Proxy(of, {
      get(target, member) {
        if (member !== 'length') looks += 1
        const value: unknown = Reflect.get(target, member)
        // Methods of a list look at it through here as well.
        return typeof value === 'function' && of instanceof Map ? value.bind(target) : value
      },
    })
  const lists = ordered.map(({ weight, words }) => ({ weight, words: looking(words) }))
  return { words: { weights: looking(weights), ordered: lists }, looks: () => looks }
}

const weigh = (asked: string, texts: readonly (readonly [number, string])[]) =>
  weightOf(askedWord(asked), readWords(texts))

it('a whole word has the weight of its best place, one that begins alike a half of it', () => {
  const texts = [
    [2, 'forecast prices'],
    [8, 'price'],
    [1, 'forecasting'],
  ] as const
  expect(weigh('price', texts)).toBe(8)
  expect(weigh('pri', texts)).toBe(4)
  expect(weigh('pricelist', texts)).toBe(4)
  expect(weigh('forecasts', texts)).toBe(1)
  expect(weigh('forecasting', texts)).toBe(1)
})

it('what is too short to say anything is found whole or not at all', () => {
  expect(weigh('pr', [[8, 'price']])).toBe(0)
  expect(weigh('dayahead', [[8, 'day']])).toBe(0)
  expect(weigh('day', [[8, 'day']])).toBe(8)
})

it('a word stands between two that are like it, and is found all the same', () => {
  const texts = [[8, 'fore forearm foreword']] as const
  expect(weigh('forecast', texts)).toBe(4)
  expect(weigh('foreland', texts)).toBe(4)
  expect(weigh('forbid', texts)).toBe(0)
})

it('to ask for a word looks at few, of however many there are', () => {
  const texts = [1, 2, 4, 8].map((weight) => {
    const text = Array.from({ length: 600 }, (_, at) => `w${weight}${1000 + at}`).join(' ')
    return [weight, text] as const
  })
  const { words, looks } = counted(readWords(texts))
  for (const asked of ['w11500x', 'w115', 'absent', 'z'.repeat(500)])
    weightOf(askedWord(asked), words)
  expect(looks()).toBeLessThan(4 * 60)
})

it('a long word that was made to look like those of a tool costs its beginnings, and they are bounded', () => {
  const { words, looks } = counted(readWords([[8, `${'a'.repeat(400)} aaaab`]]))
  weightOf(askedWord(`${'a'.repeat(450)}b`), words)
  expect(looks()).toBeLessThan(60)
})
