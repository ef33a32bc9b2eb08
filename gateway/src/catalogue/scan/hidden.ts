// What people do not see (attacks M-11): tag characters, reordering, characters without width, selectors, controls,
// foreign and styled letters, padding. Scripts and emoji that need such characters may have them.
import type { ScanRule } from './finding.ts'

export type Hit = {
  readonly rule: ScanRule
  /** Where in the text, in UTF-16 units. */
  readonly from: number
  readonly to: number
}

const ASCII = /^[\t\n\r -~]*$/

const EMOJI = String.raw`\p{Extended_Pictographic}\u{1f3fb}-\u{1f3ff}\u{1f1e6}-\u{1f1ff}`
/** Scripts that are written from right to left, and those whose letters join. */
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u
const JOINING = String.raw`\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Oriya}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}`
/** The three flags that are written with tag characters. */
const FLAG =
  /\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}/gu

/* oxlint-disable no-control-regex, no-misleading-character-class -- to match them is what this is for */
const RULES: readonly (readonly [ScanRule, RegExp])[] = [
  ['hidden.tag', /[\u{e0000}-\u{e007f}]+/gu],
  ['hidden.bidi', /[\u202a-\u202e\u2066-\u2069]+/g],
  [
    'hidden.zero_width',
    /[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0]+/g,
  ],
  [
    'hidden.zero_width',
    new RegExp(
      String.raw`(?<![${EMOJI}${JOINING}\ufe0f])[\u200c\u200d]+|[\u200c\u200d]{2,}|[\u200c\u200d](?![${EMOJI}${JOINING}\u2640\u2642\u2695\u2696\u2708])`,
      'gu',
    ),
  ],
  [
    'hidden.variation',
    new RegExp(
      String.raw`[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{2,}|(?<![\p{Script=Han}\p{Script=Mongolian}\p{S}\p{Emoji}])[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]`,
      'gu',
    ),
  ],
  // A Latin word with letters of a script that it does not belong to, either way round.
  [
    'hidden.letters',
    /(?<=\p{Script=Latin})[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]+(?=\p{Script=Latin})/gu,
  ],
  [
    'hidden.letters',
    /(?<![\p{L}])[\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Cherokee}][\p{Script=Latin}]{2}|[\p{Script=Latin}]{2}[\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Cherokee}]/gu,
  ],
  ['hidden.letters', /[\u{1d400}-\u{1d7ff}\uff21-\uff3a\uff41-\uff5a\u{1f130}-\u{1f149}]{4,}/gu],
]
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]+/g
const WRITTEN_ESCAPE = /(?:\\u001b|\\x1b|\\033|\\e)\[[0-9;]{1,16}[a-zA-Z]/gi
/* oxlint-enable no-control-regex, no-misleading-character-class */
const PADDING = /\n(?:[ \t\r]{0,200}\n){24,}|[ \t\u00a0\u2000-\u200a\u3000]{160,}/g

export function hiddenHits(text: string): readonly Hit[] {
  const hits = [
    ...matches('hidden.control', CONTROL, text),
    ...matches('hidden.control', WRITTEN_ESCAPE, text),
    ...matches('hidden.padding', PADDING, text),
  ]
  if (ASCII.test(text)) return hits
  // Same length, so that places stay.
  const judged = text.replace(FLAG, (flag) => '#'.repeat(flag.length))
  for (const [rule, pattern] of RULES) hits.push(...matches(rule, pattern, judged))
  if (!RIGHT_TO_LEFT.test(text))
    hits.push(...matches('hidden.bidi', /[\u061c\u200e\u200f]+/g, text))
  return hits
}

export function matches(rule: ScanRule, pattern: RegExp, text: string): readonly Hit[] {
  const hits: Hit[] = []
  for (const { 0: found, index } of text.matchAll(pattern)) {
    hits.push({ rule, from: index, to: index + found.length })
    if (hits.length >= MOST) break
  }
  return hits
}

const MOST = 8
