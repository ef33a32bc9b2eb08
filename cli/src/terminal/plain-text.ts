// Server text on its way to a terminal: escape sequences, control characters and characters that reorder
// the line are taken out (attacks P-08). Everything that a server said passes here before a person sees it.
/* oxlint-disable no-control-regex -- to match them is what this file is for */
import { stripVTControlCharacters } from 'node:util'

// String sequences (OSC, DCS, SOS, PM, APC) whose payload must go too, ended by BEL, ST or the end of text.
const STRING_SEQUENCES =
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[\s\S]*?(?:\u0007|\u001b\\|\u009c|$)/g
// C0 but tab and line feed, DEL, C1; then bidirectional controls, line separators and invisible joiners.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
const REORDERING = /[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g

/** Text of several lines, safe to print. */
export function plainText(text: string): string {
  const withoutStrings = text.replace(STRING_SEQUENCES, '')
  return stripVTControlCharacters(withoutStrings).replace(CONTROLS, '').replace(REORDERING, '')
}

/** The same on one line, for names and table cells. */
export function plainLine(text: string): string {
  return plainText(text).replace(/\s+/g, ' ').trim()
}
