// Text as a model would understand it, for the rules about words: what is invisible is taken out, styled and foreign
// letters become the ones that they look like, spaces are one, case is gone. A trick that hides a word from a rule
// has to hide it from the model as well.
import { tagsDecoded } from './visible.ts'

const ASCII = /^[\t\n\r -~]*$/
const TAGS = /[\u{e0000}-\u{e007f}]+/gu
// Bounded, so that no text makes the search go back and forth.
// oxlint-disable-next-line no-control-regex -- to match them is what this is for
const ESCAPES = /\u001b\[[0-9;?]{0,32}[ -/]{0,4}[@-~]/g
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu

/** Letters that look like Latin ones, as far as Cyrillic and Greek text could pass for English. */
const LOOKALIKE: Readonly<Record<string, string>> = {
  а: 'a', в: 'b', е: 'e', к: 'k', м: 'm', н: 'h', о: 'o', р: 'p', с: 'c', т: 't', у: 'y', х: 'x',
  і: 'i', ј: 'j', ѕ: 's', ԁ: 'd', ԛ: 'q', ԝ: 'w', ɡ: 'g', ո: 'n', ս: 'u',
  α: 'a', ε: 'e', ι: 'i', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', τ: 't', υ: 'u', χ: 'x',
} // prettier-ignore
const FOREIGN = new RegExp(`[${Object.keys(LOOKALIKE).join('')}]`, 'gu')

export function plain(text: string): string {
  const seen = ASCII.test(text) ? text : unmasked(text)
  return seen.toLowerCase().replace(/\s+/g, ' ')
}

function unmasked(text: string): string {
  return text
    .replace(TAGS, tagsDecoded)
    .replace(ESCAPES, '')
    .replace(/[\t\n\r]/g, ' ')
    .replace(INVISIBLE, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(FOREIGN, (letter) => LOOKALIKE[letter] ?? letter)
}
