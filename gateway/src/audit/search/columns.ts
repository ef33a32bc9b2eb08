// The index of one segment: a row per record in columns of 32 bits, and a dictionary of the texts in them. It lies
// beside the segment (`.index`), is made off the call's path when a search first needs it, and is believed by searches
// alone: every hit is read from its line, and whoever removes an index loses nothing but time.
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'

/** Texts of a row, as numbers of the dictionary; 0: it has none. `who` and `about` are commitments to subjects. */
export const TEXT_COLUMNS = [
  'kind',
  'tool',
  'target',
  'client',
  'code',
  'outcome',
  'who',
  'about',
] as const
export type TextColumn = (typeof TEXT_COLUMNS)[number]
const COLUMNS = [...TEXT_COLUMNS, 'request', 'sequence', 'seconds', 'millis', 'offset'] as const
export type Column = (typeof COLUMNS)[number]

/** An intent without an outcome at the end of the segment: the next one may have it. */
export type Carried = { readonly sequence: number; readonly texts: readonly string[] }

export type Columns = {
  /** Byte of the segment up to which lines have rows. */
  covered: number
  rows: number
  readonly column: Record<Column, Uint32Array>
  readonly texts: string[]
  carried: readonly Carried[]
}

/** Changes with everything that makes old indexes useless. */
const VERSION = 2

type Stored = {
  readonly version: number
  readonly covered: number
  readonly rows: number
  readonly texts: readonly string[]
  readonly carried: readonly Carried[]
  readonly columns: Readonly<Record<Column, Uint32Array>>
}

export function emptyColumns(): Columns {
  return { covered: 0, rows: 0, column: columnsOf(1024), texts: [''], carried: [] }
}

/** `undefined`: there is none, or none that fits this segment. */
export function readColumns(path: string, segment: string): Columns | undefined {
  try {
    const stored = deserialize(readFileSync(path)) as Stored
    if (stored.version !== VERSION || stored.covered > statSync(segment).size) return undefined
    const { covered, rows, carried } = stored
    return { covered, rows, carried, column: { ...stored.columns }, texts: [...stored.texts] }
  } catch {
    return undefined
  }
}

/** False: it could not be kept, and is made again the next time. */
export function writeColumns(path: string, of: Columns): boolean {
  const { covered, rows, texts, carried, column } = of
  const columns = Object.fromEntries(
    COLUMNS.map((name) => [name, column[name].slice(0, rows)]),
  ) as Record<Column, Uint32Array>
  const next = `${path}.next`
  try {
    const stored: Stored = { version: VERSION, covered, rows, texts, carried, columns }
    writeFileSync(next, serialize(stored), { mode: 0o600 })
    renameSync(next, path)
    return true
  } catch {
    rmSync(next, { force: true })
    return false
  }
}

/** Room for one more row. */
export function grow(of: Columns): void {
  if (of.rows < of.column.kind.length) return
  for (const name of COLUMNS) {
    const larger = new Uint32Array(2 * of.column[name].length + 1)
    larger.set(of.column[name])
    of.column[name] = larger
  }
}

function columnsOf(rows: number): Record<Column, Uint32Array> {
  return Object.fromEntries(COLUMNS.map((name) => [name, new Uint32Array(rows)])) as Record<
    Column,
    Uint32Array
  >
}

/** For the column `request`: equal ids have equal numbers, and every hit is looked at. */
export function requestNumber(requestId: string): number {
  let number = 2_166_136_261
  for (let at = 0; at < requestId.length; at += 1) {
    number = Math.imul(number ^ requestId.charCodeAt(at), 16_777_619)
  }
  return number >>> 0
}
