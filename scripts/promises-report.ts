// docs/reports/promises.md: what each promise was seen to do, and at which commit. A run replaces the rows of the promises
// that it ran; those of the others stay.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Finding } from '../test/promises/promise.ts'

const FOLDER = 'docs/reports'
const FILE = `${FOLDER}/promises.md`
const HEAD = [
  '# Promises, as measured',
  '',
  'Written by `npm run promises`; each row says at which commit it was seen. `short`: with the smaller counts of the short form.',
  '',
  '| id | what | seen | promised | | commit |',
  '| --- | --- | --- | --- | --- | --- |',
]

export type Seen = { readonly id: string; readonly findings: readonly Finding[] }

/** `at`: the commit, in words. */
export function writeReport(seen: readonly Seen[], at: string): void {
  const ran = new Set(seen.map(({ id }) => id))
  const others = formerRows().filter((row) => !ran.has(idOf(row)))
  const rows = [...others, ...seen.flatMap((one) => rowsOf(one, at))]
  // Stable: the rows of one promise keep their order.
  rows.sort((a, b) => idOf(a).localeCompare(idOf(b)))
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(FILE, `${[...HEAD, ...rows].join('\n')}\n`)
}

function rowsOf({ id, findings }: Seen, at: string): string[] {
  return findings.map(({ what, seen, promised, kept }) => {
    const cells = [id, what, seen, promised, kept ? 'kept' : '**broken**', at]
    return `| ${cells.map(cell).join(' | ')} |`
  })
}

function formerRows(): string[] {
  if (!existsSync(FILE)) return []
  const lines = readFileSync(FILE, 'utf8').split('\n')
  return lines.filter((line) => line.startsWith('| ')).slice(2)
}

function idOf(row: string): string {
  return row.split(' | ', 1)[0]?.slice(2) ?? ''
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')
}
