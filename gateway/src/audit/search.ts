// Operator file: records out of the files. For one request (`why`), with the personal values that the side file
// still has beside each record as `personal`: they are no part of it.
import { existsSync } from 'node:fs'
import type { JsonObject } from '../json/value.ts'
import { parseKeepingNumbers } from '../json/raw-number.ts'
import { recordIn } from './line.ts'
import { logNames, pathsOf } from './log-folder.ts'
import type { PersonalLine } from './personal.ts'
import { readLines } from './read-lines.ts'

export type FoundRecord = JsonObject & {
  /** Label to value, for the commitments in the record whose person was not forgotten. */
  readonly personal?: Readonly<Record<string, string>>
}

/** All verifiable records of one request, oldest first, in all logs of the folder. */
export async function findRecords(
  folder: string,
  requestId: string,
): Promise<readonly FoundRecord[]> {
  if (!existsSync(folder)) return []
  const wanted = Buffer.from(`"requestId":${JSON.stringify(requestId)}`)
  const found: FoundRecord[] = []
  for (const name of logNames(folder)) {
    const { log, personal } = pathsOf(folder, name)
    const records = await recordsWith(log, wanted, requestId)
    if (records.length === 0) continue
    const values = existsSync(personal) ? await personalValues(personal, records) : new Map()
    for (const record of records) found.push(withPersonal(record, values))
  }
  return found
}

async function recordsWith(
  path: string,
  wanted: Buffer,
  requestId: string,
): Promise<readonly JsonObject[]> {
  const records: JsonObject[] = []
  for await (const lines of readLines(path)) {
    for (const { bytes } of lines) {
      if (!bytes.includes(wanted)) continue
      const record = recordIn(bytes)
      if (typeof record === 'string') continue
      const parsed = parseKeepingNumbers(record.toString()) as JsonObject
      if (parsed['requestId'] === requestId) records.push(parsed)
    }
  }
  return records
}

type Values = ReadonlyMap<string, { readonly label: string; readonly value: string }>

async function personalValues(path: string, records: readonly JsonObject[]): Promise<Values> {
  const wanted = new Set(records.flatMap((record) => [...texts(record)]))
  const values = new Map<string, { label: string; value: string }>()
  for await (const lines of readLines(path)) {
    for (const { bytes, ended } of lines) {
      if (!ended) continue
      const line = JSON.parse(bytes.toString()) as PersonalLine
      if ('commitment' in line && wanted.has(line.commitment)) values.set(line.commitment, line)
    }
  }
  return values
}

function withPersonal(record: JsonObject, values: Values): FoundRecord {
  const known = [...texts(record)].flatMap((text) => values.get(text) ?? [])
  if (known.length === 0) return record
  return {
    ...record,
    personal: Object.fromEntries(known.map(({ label, value }) => [label, value])),
  }
}

/** Texts of a record where a commitment may stand. */
function* texts(record: JsonObject): Generator<string> {
  for (const value of [record['source'], ...members(record['who']), ...members(record['about'])]) {
    if (typeof value === 'string') yield value
  }
}

function members(value: JsonObject[string] | undefined): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : []
}
