// Rows out of lines. The outcome of a call is found by what its intent says (tool, client, person), and the intent by
// how it ended: each gets the texts of the other.
import { recordIn } from '../line.ts'
import { readChunks } from '../read-chunks.ts'
import {
  grow,
  requestNumber,
  TEXT_COLUMNS,
  type Carried,
  type Columns,
  type TextColumn,
} from './columns.ts'

type Parsed = {
  readonly kind?: string
  readonly sequence?: number
  readonly time?: string
  readonly requestId?: string
  readonly tool?: { readonly name?: string; readonly target?: string }
  readonly who?: { readonly client?: string; readonly subject?: string }
  readonly about?: { readonly subject?: string }
  readonly code?: string
  readonly class?: string
  readonly intent?: { readonly sequence?: number }
}

const BREAK = 0x0a
const SEPARATOR = '___'

/** Adds a row for each line of the segment that has none. */
export async function extend(columns: Columns, segment: string): Promise<void> {
  const numbers = new Map(columns.texts.map((text, number) => [text, number]))
  const open = new Map<number, { row: number | undefined; texts: readonly string[] }>(
    columns.carried.map(({ sequence, texts }) => [sequence, { row: undefined, texts }]),
  )
  const numberOf = (text: string): number => {
    let number = numbers.get(text)
    if (number === undefined) {
      number = columns.texts.push(text) - 1
      numbers.set(text, number)
    }
    return number
  }
  const put = (row: number, name: TextColumn, text: string | undefined): void => {
    columns.column[name][row] = text === undefined ? 0 : numberOf(text)
  }

  const add = (record: Parsed, offset: number): void => {
    grow(columns)
    const row = columns.rows
    const texts = textsOf(record)
    const { column } = columns
    const intent = record.kind === 'outcome' ? record.intent?.sequence : undefined
    const opened = intent === undefined ? undefined : open.get(intent)
    for (const [place, name] of TEXT_COLUMNS.entries()) {
      put(row, name, texts[place] || opened?.texts[place])
    }
    if (opened?.row !== undefined) put(opened.row, 'outcome', record.class)
    if (intent !== undefined) open.delete(intent)
    const { sequence = 0 } = record
    if (record.kind === 'intent') open.set(sequence, { row, texts })
    const ms = Date.parse(record.time ?? '') || 0
    column.request[row] = record.requestId === undefined ? 0 : requestNumber(record.requestId)
    column.sequence[row] = sequence
    column.seconds[row] = Math.floor(ms / 1000)
    column.millis[row] = ms % 1000
    column.offset[row] = offset
    columns.rows += 1
  }

  for await (const { bytes, at } of readChunks(segment, columns.covered)) {
    let start = 0
    for (let end = bytes.indexOf(BREAK); end >= 0; end = bytes.indexOf(BREAK, start)) {
      const record = recordIn(bytes.subarray(start, end))
      if (typeof record !== 'string') add(JSON.parse(record.toString()) as Parsed, at + start)
      start = end + 1
      columns.covered = at + start
    }
  }
  columns.carried = [...open].map(([sequence, { texts }]): Carried => ({ sequence, texts }))
}

/** In the order of TEXT_COLUMNS. */
function textsOf(record: Parsed): readonly string[] {
  const { kind = '', tool, who, about, code = '', class: outcome = '' } = record
  const name = tool?.name ?? ''
  const target =
    tool?.target ?? (name.includes(SEPARATOR) ? name.slice(0, name.indexOf(SEPARATOR)) : '')
  const people = [who?.subject ?? '', about?.subject ?? '']
  return [kind, name, target, who?.client ?? '', code, outcome, ...people]
}
