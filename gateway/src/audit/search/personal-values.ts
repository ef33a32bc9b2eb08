// What the side file still has of the personal values that records commit to. The file is covered by no checkpoint: a
// value counts where it is what its commitment says, and for a record that has this very commitment.
import { existsSync } from 'node:fs'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { isCommittedTo, type PersonalLine, type ValueLine } from '../personal.ts'
import { readLines } from '../read-lines.ts'

/** Commitment to label and value, and under which key. */
export type Values = ReadonlyMap<string, Pick<ValueLine, 'label' | 'value' | 'key'>>

/** Of the wanted commitments, or of all. What is not what its commitment says is nobody's. */
export function personalValues(path: string, wanted?: ReadonlySet<string>): Promise<Values> {
  return valuesOf(path, ({ commitment }) => wanted?.has(commitment) !== false)
}

/** The commitments to this subject. Records that have one of them are about that person; a key alone says nothing. */
export function commitmentsTo(path: string, subject: string): Promise<Values> {
  const isTheirs = ({ label, value }: ValueLine): boolean =>
    label === 'subject' && value === subject
  return valuesOf(path, isTheirs, Buffer.from(JSON.stringify(subject)))
}

async function valuesOf(
  path: string,
  isWanted: (line: ValueLine) => boolean,
  bytes?: Buffer,
): Promise<Values> {
  const lines: ValueLine[] = []
  for await (const line of personalLines(path, bytes)) {
    if ('commitment' in line && isWanted(line)) lines.push(line)
  }
  const keys = new Set(lines.map(({ key }) => key))
  const salts = new Map<string, string>()
  for await (const line of personalLines(path, SALT)) {
    if ('salt' in line && keys.has(line.key)) salts.set(line.key, line.salt)
  }
  const good = lines.filter((line) => isCommittedTo(line, salts.get(line.key)))
  return new Map(good.map(({ commitment, ...line }) => [commitment, line]))
}

const SALT = Buffer.from('"salt":')

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
