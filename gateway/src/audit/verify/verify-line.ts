// One line by itself: its form, its leaf, and that the record is the canonical form of one JSON object with the
// members that every record has. Kinds and members that this version does not know are verified like any other.
import { canonicalJson } from '../../json/canonical.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import { readJson } from '../../json/read.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { recordIn } from '../line.ts'

export type LineFinding = {
  readonly code: 'malformed_line' | 'leaf_mismatch' | 'not_canonical' | 'malformed_record'
  readonly what: string
}

export type VerifiedRecord = {
  readonly kind: string
  readonly instance: string
  readonly sequence: number
  readonly intent: { readonly instance: string; readonly sequence: number } | undefined
  /** What it says about people: its `about`, `source` and `who` as a JSON array; `undefined`: nothing. */
  readonly people: string | undefined
}

export type VerifiedLine =
  | { readonly findings: readonly LineFinding[] }
  | { readonly findings: readonly LineFinding[]; readonly record: VerifiedRecord }

const LIMITS = { depth: 64, nodes: 50_000, numberLength: 10_000 }

export function verifyLine(line: Buffer): VerifiedLine {
  const bytes = recordIn(line)
  if (bytes === 'malformed_line') return bad(bytes, 'it is no line of an audit log')
  if (bytes === 'leaf_mismatch') return bad(bytes, 'the leaf hash is not that of the record')
  const read = readJson(bytes, LIMITS)
  if ('failure' in read)
    return bad('malformed_record', `the record is not strict JSON: ${read.failure}`)
  const record = isJsonObject(read.value) ? essentials(read.value) : undefined
  if (record === undefined)
    return bad('malformed_record', 'a member that every record has is missing')
  const canonical = Buffer.from(canonicalJson(read.value)).equals(bytes)
  if (canonical) return { findings: [], record }
  return { ...bad('not_canonical', 'the record is not in canonical form'), record }
}

function bad(
  code: LineFinding['code'],
  what: string,
): { readonly findings: readonly LineFinding[] } {
  return { findings: [{ code, what }] }
}

function essentials(record: JsonObject): VerifiedRecord | undefined {
  const { kind, instance, sequence, time, version, intent } = record
  const whole =
    typeof kind === 'string' &&
    typeof instance === 'string' &&
    isSequence(sequence) &&
    typeof time === 'string' &&
    isSequence(version)
  return whole
    ? { kind, instance, sequence, intent: reference(intent), people: people(record) }
    : undefined
}

function people({ about, source, who }: JsonObject): string | undefined {
  const all = [about, source, who]
  if (all.every((value) => value === undefined)) return undefined
  return canonicalJson(all.map((value) => value ?? null))
}

function reference(value: JsonValue | undefined): VerifiedRecord['intent'] {
  if (!isJsonObject(value)) return undefined
  const { instance, sequence } = value
  return typeof instance === 'string' && isSequence(sequence) ? { instance, sequence } : undefined
}

function isSequence(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
