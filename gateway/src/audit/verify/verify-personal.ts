// The side file against itself: every value must be what its commitment says, by the salt before it. A person who was
// erased has neither salt nor values; a line in their place says so.
import { basename } from 'node:path'
import { commitment } from '../commitment.ts'
import type { ErasedLine, PersonalLine, ValueLine } from '../personal.ts'
import { readLines } from '../read-lines.ts'

export type PersonalFinding = {
  readonly code: 'commitment_mismatch' | 'personal_line'
  readonly file: string
  readonly line: number
  readonly what: string
}

/** `open`: the log is in use, and its last line may be half written. */
export async function verifyPersonal(
  path: string,
  open: boolean,
): Promise<{ readonly findings: readonly PersonalFinding[]; readonly erased: number }> {
  const file = basename(path)
  const findings: PersonalFinding[] = []
  const salts = new Map<string, string>()
  let erased = 0
  for await (const lines of readLines(path)) {
    for (const { bytes, number, ended } of lines) {
      const line = personalLine(bytes)
      if (line === undefined) {
        if (open && !ended) continue
        const what = 'it is no line of a side file'
        findings.push({ code: 'personal_line', file, line: number, what })
      } else if ('erased' in line) {
        erased += 1
      } else if ('salt' in line) {
        salts.set(line.key, line.salt)
      } else if (differs(line, salts.get(line.key))) {
        const what = `the value of \`${line.label}\` is not the one that was committed to`
        findings.push({ code: 'commitment_mismatch', file, line: number, what })
      }
    }
  }
  return { findings, erased }
}

function differs(line: ValueLine, salt: string | undefined): boolean {
  return salt === undefined || commitment(salt, line.label, line.value) !== line.commitment
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
