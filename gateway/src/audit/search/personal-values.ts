// What the side file still has of the personal values that records commit to, and which keys somebody has there.
import { existsSync } from 'node:fs'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import type { PersonalLine } from '../personal.ts'
import { readLines } from '../read-lines.ts'

/** Commitment to label and value. */
export type Values = ReadonlyMap<string, { readonly label: string; readonly value: string }>

/** Of the wanted commitments, or of all. */
export async function personalValues(path: string, wanted?: ReadonlySet<string>): Promise<Values> {
  const values = new Map<string, { label: string; value: string }>()
  for await (const line of personalLines(path)) {
    if ('commitment' in line && wanted?.has(line.commitment) !== false) {
      values.set(line.commitment, { label: line.label, value: line.value })
    }
  }
  return values
}

/** Key to subject, of the wanted keys. */
export async function subjectsOf(
  path: string,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const subjects = new Map<string, string>()
  for await (const line of personalLines(path, Buffer.from('"label":"subject"'))) {
    if ('value' in line && wanted.has(line.key)) subjects.set(line.key, line.value)
  }
  return subjects
}

/** The keys under which a side file has this person. */
export async function keysOfPerson(path: string, subject: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>()
  const wanted = Buffer.from(JSON.stringify(subject))
  for await (const line of personalLines(path, wanted)) {
    if ('value' in line && line.label === 'subject' && line.value === subject) keys.add(line.key)
  }
  return keys
}

/** Lines of a side file; those that are none, or do not have these bytes, are passed over. */
export async function* personalLines(path: string, wanted?: Buffer): AsyncGenerator<PersonalLine> {
  if (!existsSync(path)) return
  for await (const lines of readLines(path)) {
    for (const { bytes, ended } of lines) {
      if (!ended || (wanted !== undefined && !bytes.includes(wanted))) continue
      const line = parse(bytes)
      if (line !== undefined) yield line
    }
  }
}

/** Label to value, for the commitments in a record. */
export function personalIn(
  record: JsonObject,
  values: Values,
): Readonly<Record<string, string>> | undefined {
  const known = commitmentsIn(record).flatMap((text) => values.get(text) ?? [])
  if (known.length === 0) return undefined
  return Object.fromEntries(known.map(({ label, value }) => [label, value]))
}

/** Texts of a record where a commitment may stand. */
export function commitmentsIn(record: JsonObject): readonly string[] {
  const places = [record['source'], ...members(record['who']), ...members(record['about'])]
  return places.filter((text) => typeof text === 'string')
}

function members(value: JsonValue | undefined): readonly JsonValue[] {
  return isJsonObject(value) ? Object.values(value) : []
}

function parse(bytes: Buffer): PersonalLine | undefined {
  try {
    return JSON.parse(bytes.toString()) as PersonalLine
  } catch {
    return undefined
  }
}
