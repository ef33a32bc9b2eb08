// Operator file: records out of the files, by request, person, tool, target, client, time, outcome or code, latest first,
// a page at a time. Persons are found by the values of the side file, and so is who a record is about: `personal` is
// no part of the record. Answers come from indexes (search/columns.ts), and every hit from its own line.
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { parseKeepingNumbers } from '../json/raw-number.ts'
import type { JsonObject } from '../json/value.ts'
import { MAX_LINE_BYTES, recordIn } from './line.ts'
import { logNames, pathsOf, segmentPaths } from './log-folder.ts'
import { parsePosition, positionText, type Position } from './position.ts'
import { extend } from './search/build.ts'
import { emptyColumns, readColumns, writeColumns, type Columns } from './search/columns.ts'
import { find, type Question } from './search/find.ts'
import {
  commitmentsIn,
  commitmentsTo,
  personalIn,
  personalValues,
} from './search/personal-values.ts'

export type FoundRecord = JsonObject & {
  /** Label to value, for the commitments in the record whose person was not erased. */
  readonly personal?: Readonly<Record<string, string>>
}

export type SearchQuestion = Omit<Question, 'people'> & {
  /** A subject. */
  readonly person?: string | undefined
}

export type Hit = Position & {
  readonly record: JsonObject
  readonly personal: Readonly<Record<string, string>> | undefined
  /** Of an outcome what its intent says, of an intent how it ended. */
  readonly call: {
    readonly tool: string
    readonly client: string
    readonly outcome: string
    /** The subject, unless erased; empty where it is about nobody. */
    readonly person: string
  }
}

export type Page = {
  readonly hits: readonly Hit[]
  /** Where to go on; `undefined`: there is no more. */
  readonly next: string | undefined
}

const MOST = 1_000_000
/** A segment that grew by less since its index was made is indexed in memory. */
const WORTH_KEEPING_BYTES = 1024 * 1024

/** All records of one request, oldest first, in all logs of the folder. */
export async function findRecords(
  folder: string,
  requestId: string,
): Promise<readonly FoundRecord[]> {
  const { hits } = await search(folder, { request: requestId }, MOST)
  return hits
    .toReversed()
    .map(({ record, personal }) => (personal === undefined ? record : { ...record, personal }))
}

/** At most `limit` records before `before` (`next` of the page before). */
export async function search(
  folder: string,
  question: SearchQuestion,
  limit: number,
  before?: string,
): Promise<Page> {
  const from = before === undefined ? undefined : parsePosition(before)
  if (before !== undefined && from === undefined) throw new Error(`\`${before}\` is no position`)
  if (!existsSync(folder)) return { hits: [], next: undefined }
  const hits: Hit[] = []
  for (const log of logNames(folder).toReversed()) {
    if (from !== undefined && log > from.log) continue
    const { personal } = pathsOf(folder, log)
    const { person, ...rest } = question
    const people =
      person === undefined ? undefined : new Set((await commitmentsTo(personal, person)).keys())
    if (people?.size === 0) continue
    const below = from?.log === log ? from.sequence : Infinity
    // One more than asked for says whether there is another page.
    const most = limit + 1 - hits.length
    const found = await searchLog(folder, log, { ...rest, people }, below, most)
    hits.push(...(await withPersonal(found, personal)))
    if (hits.length > limit) break
  }
  const page = hits.slice(0, limit)
  const last = page.at(-1)
  const next = hits.length > limit && last !== undefined ? positionText(last) : undefined
  return { hits: page, next }
}

async function searchLog(
  folder: string,
  log: string,
  question: Question,
  below: number,
  most: number,
): Promise<Hit[]> {
  const segments = segmentPaths(folder, log)
  const indexed: { path: string; columns: Columns }[] = []
  for (const path of segments) {
    indexed.push({ path, columns: await columnsOf(path, indexed.at(-1)?.columns) })
  }
  const hits: Hit[] = []
  for (const { path, columns } of indexed.toReversed()) {
    if (hits.length >= most) break
    const fd = openSync(path, 'r')
    try {
      for (const row of find(columns, question, rowBelow(columns, below))) {
        const record = recordAt(fd, columns.column.offset[row] ?? 0)
        if (record === undefined) continue
        if (question.request !== undefined && record['requestId'] !== question.request) continue
        hits.push({ log, ...hitOf(record, columns, row) })
        if (hits.length >= most) break
      }
    } finally {
      closeSync(fd)
    }
  }
  return hits
}

/** The index of a segment as it is now; the one before it knows the intents that were open at its start. */
async function columnsOf(segment: string, before: Columns | undefined): Promise<Columns> {
  const path = segment.replace(/\.jsonl$/, '.index')
  const columns = readColumns(path, segment) ?? emptyColumns()
  if (columns.covered === 0) columns.carried = before?.carried ?? []
  const { covered } = columns
  await extend(columns, segment)
  if (columns.covered - covered > WORTH_KEEPING_BYTES) writeColumns(path, columns)
  return columns
}

function rowBelow(columns: Columns, sequence: number): number {
  if (sequence === Infinity) return columns.rows
  let [low, high] = [0, columns.rows]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((columns.column.sequence[middle] ?? 0) < sequence) low = middle + 1
    else high = middle
  }
  return low
}

function recordAt(fd: number, offset: number): JsonObject | undefined {
  const bytes = Buffer.alloc(MAX_LINE_BYTES + 1)
  const read = readSync(fd, bytes, 0, bytes.length, offset)
  const end = bytes.subarray(0, read).indexOf('\n')
  const record = end < 0 ? 'malformed_line' : recordIn(bytes.subarray(0, end))
  return typeof record === 'string'
    ? undefined
    : (parseKeepingNumbers(record.toString()) as JsonObject)
}

function hitOf(record: JsonObject, { column, texts }: Columns, row: number): Omit<Hit, 'log'> {
  const text = (values: Uint32Array): string => texts[values[row] ?? 0] ?? ''
  return {
    sequence: column.sequence[row] ?? 0,
    record,
    personal: undefined,
    call: {
      tool: text(column.tool),
      client: text(column.client),
      outcome: text(column.outcome),
      // The commitment to it, until the side file was asked.
      person: text(column.who) || text(column.about),
    },
  }
}

async function withPersonal(hits: readonly Hit[], path: string): Promise<readonly Hit[]> {
  if (hits.length === 0) return hits
  const wanted = hits.flatMap(({ record, call }) => [...commitmentsIn(record), call.person])
  const values = await personalValues(path, new Set(wanted))
  return hits.map(({ call, ...hit }) => ({
    ...hit,
    personal: personalIn(hit.record, values),
    call: { ...call, person: values.get(call.person)?.value ?? '' },
  }))
}
