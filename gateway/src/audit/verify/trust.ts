// Whose checkpoints are believed: keys that the reader got in another way, and every key that one of these vouches for
// (docs/audit-format.md, Keys). Without any, the first key of the folder is believed, and the report says so.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SignedCheckpoint } from '../checkpoint.ts'
import { isVouchedFor, parseKeyLines } from '../known-keys.ts'
import { isSignedBy, named, parseVerifierKey, type VerifierKey } from '../note.ts'

export type Trust = {
  /** A note under the origin of its log. */
  readonly isTrusted: (signed: Signed) => boolean
  /** Keys of the folder for which no key that is believed vouches. */
  readonly unvouched: readonly string[]
  /** The key comes from the folder that it is to protect. */
  readonly fromFolder: boolean
}

type Signed = Pick<SignedCheckpoint, 'origin' | 'note'>

export const KEYS_FILE = 'checkpoint.keys'

/** Throws in words where a key that was given is none. */
export function createTrust(folder: string, given: readonly string[]): Trust {
  const path = join(folder, KEYS_FILE)
  const known = existsSync(path) ? parseKeyLines(readFileSync(path, 'utf8')) : []
  const [first] = known
  const fromFolder = given.length === 0
  const believed = new Set(fromFolder ? (first === undefined ? [] : [first.key]) : given)
  const unvouched: string[] = []
  let begun = false
  for (const next of known) {
    if ([...believed].some((former) => isVouchedFor(former, next))) believed.add(next.key)
    // What is older than every key that is believed has nobody to vouch for it: it is not believed, and no finding.
    if (believed.has(next.key)) begun = true
    else if (begun) unvouched.push(next.key)
  }
  const keys = [...believed].map(keyOf)
  return {
    isTrusted: ({ origin, note }) => {
      const base = origin.slice(0, Math.max(0, origin.lastIndexOf('/')))
      return keys.some((key) => key.name === base && isSignedBy(note, named(key, origin)))
    },
    unvouched,
    fromFolder,
  }
}

export function isVerifierKey(text: string): boolean {
  return parseVerifierKey(text) !== undefined
}

/** The last part of an origin is the name of the log. */
export function logOf({ origin }: Pick<Signed, 'origin'>): string {
  return origin.slice(origin.lastIndexOf('/') + 1)
}

function keyOf(text: string): VerifierKey {
  const key = parseVerifierKey(text)
  if (key === undefined) throw new Error(`\`${text}\` is no verifier key`)
  return key
}
