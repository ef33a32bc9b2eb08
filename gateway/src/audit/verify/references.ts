// What the records of one log commit to: each commitment with its key, its label and the record that has it first. The
// side file is held against this (verify-personal.ts), since nothing in the tree depends on that file.
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonValue } from '../../json/value.ts'
import type { Label } from '../commitment.ts'

export type Reference = {
  readonly key: string
  readonly label: string
  /** The first record that has it. */
  readonly sequence: number
}

export type References = {
  /** `text`: what a record says about people (verify-line.ts). */
  readonly add: (sequence: number, text: string) => void
  readonly byCommitment: ReadonlyMap<string, Reference>
  /** Of each key in records the commitment to its subject; empty where it has none. */
  readonly subjects: ReadonlyMap<string, string>
}

/** The members of `who` and `about` that are commitments (docs/audit-format.md, Personal values). */
const LABELS = [
  'reason',
  'session',
  'subject',
  'tags',
  'tenant',
] as const satisfies readonly Label[]
/** The same person says the same in record after record. */
const MAX_SEEN = 10_000

export function createReferences(): References {
  const byCommitment = new Map<string, Reference>()
  const subjects = new Map<string, string>()
  const seen = new Set<string>()

  const addOne = (key: string, label: string, value: unknown, sequence: number): void => {
    if (typeof value !== 'string' || byCommitment.has(value)) return
    byCommitment.set(value, { key, label, sequence })
  }
  const keyOf = (holder: JsonValue | undefined, sequence: number): string | undefined => {
    const key = isJsonObject(holder) ? holder['key'] : undefined
    if (!isJsonObject(holder) || typeof key !== 'string') return undefined
    for (const label of LABELS) addOne(key, label, holder[label], sequence)
    const { subject } = holder
    if (!subjects.get(key)) subjects.set(key, typeof subject === 'string' ? subject : '')
    return key
  }
  return {
    add: (sequence, text) => {
      if (seen.has(text)) return
      if (seen.size >= MAX_SEEN) seen.clear()
      seen.add(text)
      const [about, source, who] = JSON.parse(text) as JsonValue[]
      keyOf(about, sequence)
      const key = keyOf(who, sequence)
      if (key !== undefined) addOne(key, 'address', source, sequence)
    },
    byCommitment,
    subjects,
  }
}
