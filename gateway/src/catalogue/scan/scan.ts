// The scanner (attacks M-11; policy-audit §1.6): what in the definition of a tool, or in an answer, a person should look at
// before a model does. It changes nothing and decides nothing. Texts are bounded by whoever asks; the cost grows
// with their length alone.
import type { JsonObject } from '../../json/value.ts'
import { encodedRuns } from './encoded.ts'
import type { ScanFinding, ScanRule } from './finding.ts'
import { hiddenHits } from './hidden.ts'
import { plain } from './plain.ts'
import { textsOf, type Text } from './texts.ts'
import { visible } from './visible.ts'
import { asksForTalk, wordsFound } from './words.ts'

const MOST_FINDINGS = 50
/** Characters of one text, and of one definition, that are scanned. */
const LONGEST_TEXT = 16_384
const LONGEST_DEFINITION = 131_072
const EXCERPT = 160
const ARGUMENT = /^\/inputSchema(?:\/properties\/[^/]+)*\/properties\/[^/]+$/

/** Findings of a whole definition, in the order of its members. */
export function scanDefinition(definition: JsonObject): readonly ScanFinding[] {
  const findings: ScanFinding[] = []
  let scannedSoFar = 0
  for (const text of textsOf(definition)) {
    if (scannedSoFar > LONGEST_DEFINITION) {
      findings.push({ rule: 'size.unread', place: text.place, excerpt: 'from here on' })
      break
    }
    findings.push(...scanned(text))
    scannedSoFar += Math.min(text.text.length, LONGEST_TEXT)
    if (findings.length >= MOST_FINDINGS) break
  }
  return findings.slice(0, MOST_FINDINGS)
}

/** Findings of one text that a target sent, such as an answer. */
export function scanText(text: string): readonly ScanFinding[] {
  return scanned({ place: '', text, isName: false })
}

function scanned({ place, text: whole, isName }: Text): readonly ScanFinding[] {
  const found = new Map<ScanRule, ScanFinding>()
  const text = whole.slice(0, LONGEST_TEXT)
  const add = (rule: ScanRule, excerpt: string): void => {
    if (!found.has(rule)) found.set(rule, { rule, place, excerpt: shortened(excerpt) })
  }
  if (text.length < whole.length) add('size.unread', `${whole.length} characters`)
  for (const { rule, from, to } of hiddenHits(text)) add(rule, around(text, from, to))
  for (const { rule, words } of wordsFound(plain(text))) add(rule, visible(words))
  if (!isName || text.length > 64) {
    for (const { rule, from, to, decoded } of encodedRuns(text)) {
      add(rule, decoded === undefined ? around(text, from, to) : `decoded: ${visible(decoded)}`)
    }
  }
  if (isName && ARGUMENT.test(place) && asksForTalk(text)) add('exfil.parameter', visible(text))
  return [...found.values()]
}

function around(text: string, from: number, to: number): string {
  return visible(text.slice(Math.max(0, from - 24), Math.min(to, from + 80) + 24))
}

function shortened(excerpt: string): string {
  const line = excerpt.replace(/\s+/g, ' ').trim()
  return line.length > EXCERPT ? `${line.slice(0, EXCERPT)}…` : line
}
