// The side file against the records: every value is what its commitment says, by the salt before it; every commitment
// of a record has its value there, unless its person was erased; nobody stands under the key of somebody else. A person
// who was erased has neither salt nor values; a line in their place says so.
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { isCommittedTo, type ErasedLine, type PersonalLine, type ValueLine } from '../personal.ts'
import { readLines } from '../read-lines.ts'
import type { References } from './references.ts'

export type PersonalFinding = {
  readonly code: 'commitment_mismatch' | 'personal_line' | 'other_subject' | 'missing_value'
  readonly file: string
  readonly line?: number
  readonly what: string
}

export type SideFile = {
  readonly path: string
  /** The log is in use, and the last line may be half written. */
  readonly open: boolean
  /** The log ends with a shutdown: no machine died with the end of the file not on its disk. */
  readonly isShutDown: boolean
  readonly references: References
}

export type VerifiedSideFile = {
  readonly findings: readonly PersonalFinding[]
  /** Keys of persons who are marked as erased. */
  readonly erased: ReadonlySet<string>
  readonly exists: boolean
}

export async function verifyPersonal(of: SideFile): Promise<VerifiedSideFile> {
  const { path, open, references } = of
  const file = basename(path)
  const findings: PersonalFinding[] = []
  const erased = new Set<string>()
  if (!existsSync(path)) return { findings, erased, exists: false }
  const salts = new Map<string, string>()
  const there = new Set<string>()
  /** The record that needed the latest line. */
  let last = 0
  for await (const lines of readLines(path)) {
    for (const { bytes, number, ended } of lines) {
      const line = personalLine(bytes)
      if (line === undefined) {
        if (open && !ended) continue
        const what = 'it is no line of a side file'
        findings.push({ code: 'personal_line', file, line: number, what })
      } else if ('erased' in line) {
        erased.add(line.key)
      } else if ('salt' in line) {
        salts.set(line.key, line.salt)
      } else {
        last = Math.max(last, line.record)
        there.add(line.commitment)
        const fault = faultOf(line, salts.get(line.key), references)
        if (fault !== undefined) findings.push({ ...fault, file, line: number })
      }
    }
  }
  const most = of.isShutDown ? Infinity : last
  for (const missing of missingIn(references, there, erased, most)) {
    findings.push({ ...missing, file })
  }
  return { findings, erased, exists: true }
}

type Fault = Pick<PersonalFinding, 'code' | 'what'>

function faultOf(
  line: ValueLine,
  salt: string | undefined,
  { byCommitment, subjects }: References,
): Fault | undefined {
  const { key, label } = line
  if (!isCommittedTo(line, salt)) {
    const what = `the value of \`${label}\` is not the one that was committed to`
    return { code: 'commitment_mismatch', what }
  }
  const reference = byCommitment.get(line.commitment)
  const isOther =
    reference === undefined
      ? label === 'subject' && subjects.has(key)
      : reference.key !== key || reference.label !== label
  if (!isOther) return undefined
  // A value that no record commits to is nobody's (its call was not made), but one key is one person.
  const what = `records with the key \`${key}\` commit to another \`${label}\``
  return { code: 'other_subject', what }
}

/** Of a log that was not shut down, the end of the side file may not have been on the disk. */
function* missingIn(
  { byCommitment, subjects }: References,
  there: ReadonlySet<string>,
  erased: ReadonlySet<string>,
  most: number,
): Generator<Fault> {
  for (const [text, { key, label, sequence }] of byCommitment) {
    if (there.has(text) || erased.has(key) || sequence >= most) continue
    // With a person go the sessions of theirs that stand under the key of nobody.
    if (erased.size > 0 && label === 'session' && subjects.get(key) === '') continue
    const what = `the \`${label}\` that record ${sequence} commits to is not there, and nobody erased it`
    yield { code: 'missing_value', what }
  }
}

function personalLine(bytes: Buffer): PersonalLine | ErasedLine | undefined {
  try {
    const line = JSON.parse(bytes.toString()) as PersonalLine | ErasedLine
    return typeof line.key === 'string' &&
      ('salt' in line || 'commitment' in line || 'erased' in line)
      ? line
      : undefined
  } catch {
    return undefined
  }
}
