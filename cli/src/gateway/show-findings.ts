// What is wrong with policies or their cases, for a person: one line each, with the place.
import { plainLine } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'

export type PlacedFinding = {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly text: string
}

export function showFindings(
  findings: readonly PlacedFinding[],
  terminal: Pick<Terminal, 'style'>,
): string {
  return findings
    .map(({ file, line, column, text }) => {
      const place = terminal.style('out', 'bold', plainLine(`${file}:${line}:${column}`))
      return `${place}  ${plainLine(text)}\n`
    })
    .join('')
}
