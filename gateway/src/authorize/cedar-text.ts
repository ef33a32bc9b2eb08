// Texts in Cedar's notation, for policies that are written by the gateway: string literals and the patterns of
// `like`. Cedar knows `\u{…}`, not JSON's `\u…`.

export function cedarText(text: string): string {
  return `"${escaped(text)}"`
}

/** A pattern that holds for every text with `part` in it. */
export function cedarPattern(part: string): string {
  return `"*${escaped(part).replaceAll('*', '\\*')}*"`
}

function escaped(text: string): string {
  return text.replace(/["\\]|[^\x20-\x7e]/gu, (character) =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
