// Text with everything written out that a person would not see or that a terminal would act on: `⟨U+200B⟩` for a single
// character, `⟨tags: …⟩` for what a run of tag characters says. The result is safe to print anywhere.

const TAGS = /[\u{e0000}-\u{e007f}]+/gu
const UNSEEN =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- to match them is what this is for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\u{e0080}-\u{e0fff}]/gu

export function visible(text: string): string {
  return text
    .replace(TAGS, (run) => `⟨tags: ${tagsDecoded(run)}⟩`)
    .replace(UNSEEN, (character) => `⟨U+${codeOf(character)}⟩`)
}

/** What a run of tag characters says, each one standing for the ASCII character below it. */
export function tagsDecoded(run: string): string {
  let said = ''
  for (const character of run) {
    const code = (character.codePointAt(0) ?? 0) - 0xe0000
    said += code >= 0x20 && code < 0x7f ? String.fromCodePoint(code) : '·'
  }
  return said
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}
