// The keys that sign checkpoints, oldest first, as they stand in `checkpoint.keys`: each but the first vouched for by
// the one before it. Pure.
import { isCheckpointKey, isSignedBy, parseNote, parseVerifierKey } from './note.ts'

export type KnownKey = {
  /** A verifier key in its text form. */
  readonly key: string
  /** A signed note of the key before it. */
  readonly statement?: string
}

/** Numbers of lines that are none, from 1; what a process that died left unfinished at the end is none yet. */
export function badKeyLines(text: string): readonly number[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.flatMap((line, at) => (parseLine(line) === undefined ? [at + 1] : []))
}

/** Lines that are none are left out: they vouch for nothing. */
export function parseKeyLines(text: string): readonly KnownKey[] {
  return text.split('\n').flatMap((line) => {
    const known = line === '' ? undefined : parseLine(line)
    return known === undefined ? [] : [known]
  })
}

export function keyLine({ key, statement }: KnownKey): string {
  return `${JSON.stringify({ key, ...(statement === undefined ? {} : { statement }) })}\n`
}

/** Whether `former` vouches for `next` with the statement that comes with it. */
export function isVouchedFor(former: string, next: KnownKey): boolean {
  const note = next.statement === undefined ? undefined : parseNote(next.statement)
  const key = parseVerifierKey(former)
  if (note === undefined || key === undefined) return false
  const [what, before, after, , ...rest] = note.text.split('\n')
  return (
    what === 'sallyport/audit key change' &&
    before === former &&
    after === next.key &&
    rest.length === 1 &&
    isSignedBy(note, key)
  )
}

/** When a key took the place of the one before it, as that one said; NaN: nobody did. */
export function changedMs({ statement }: KnownKey): number {
  return Date.parse(statement?.split('\n')[3] ?? '')
}

function parseLine(line: string): KnownKey | undefined {
  try {
    const { key, statement } = JSON.parse(line) as Partial<Record<keyof KnownKey, unknown>>
    if (typeof key !== 'string' || !isCheckpointKey(parseVerifierKey(key))) return undefined
    return typeof statement === 'string' ? { key, statement } : { key }
  } catch {
    return undefined
  }
}
