// Whose checkpoints are believed: keys that the reader got in another way, and every key that one of these vouches for
// (docs/audit-format.md, Keys). Without any, the first key of the folder is believed, and the report says so. A key that
// another one took the place of is believed for what it could sign before.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SignedCheckpoint } from '../checkpoint.ts'
import { badKeyLines, changedMs, isVouchedFor, parseKeyLines } from '../known-keys.ts'
import {
  isCheckpointKey,
  isSignedBy,
  isWitnessKey,
  named,
  parseVerifierKey,
  type VerifierKey,
} from '../note.ts'

export type Trust = {
  /** A note under the origin of its log. */
  readonly isTrusted: (signed: Signed) => boolean
  /** Whose it is; `undefined`: of no key that is believed. */
  readonly signerOf: (signed: Signed) => { readonly rank: number | undefined } | undefined
  /** Keys of the folder for which no key that is believed vouches. */
  readonly unvouched: readonly string[]
  /** Lines of that file that are none. */
  readonly badLines: readonly number[]
  /** The key comes from the folder that it is to protect. */
  readonly fromFolder: boolean
}

type Signed = Pick<SignedCheckpoint, 'origin' | 'note'> & {
  /** Where it is dated. */
  readonly time?: string
}

/** The clock of the signer, who dates the change, is not that of the gateway, whose logs have their time in their names. */
const SKEW_MS = 600_000

export const KEYS_FILE = 'checkpoint.keys'

/** Throws in words where a key that was given is none. */
export function createTrust(folder: string, given: readonly string[]): Trust {
  const path = join(folder, KEYS_FILE)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const known = parseKeyLines(text)
  const [first] = known
  const fromFolder = given.length === 0
  const believed = new Set(fromFolder ? (first === undefined ? [] : [first.key]) : given)
  const unvouched: string[] = []
  /** Until when a key of the folder was in use. */
  const usedUntilMs = new Map<string, number>()
  let begun = false
  for (const next of known) {
    const former = [...believed].find((one) => isVouchedFor(one, next))
    if (former !== undefined) {
      believed.add(next.key)
      usedUntilMs.set(former, changedMs(next))
    }
    // What is older than every key that is believed has nobody to vouch for it: it is not believed, and no finding.
    if (believed.has(next.key)) begun = true
    else if (begun) unvouched.push(next.key)
  }
  const ranks = new Map(known.map(({ key }, place) => [key, place]))
  const keys = [...believed].map((text) => ({
    key: keyOf(text),
    /** Place among the keys that took each other's place, where it has one. */
    rank: ranks.get(text),
    untilMs: (usedUntilMs.get(text) ?? Infinity) + SKEW_MS,
  }))
  const signerOf: Trust['signerOf'] = (signed) => {
    const { origin, note, time } = signed
    const base = origin.slice(0, Math.max(0, origin.lastIndexOf('/')))
    const fromMs = [beganMs(logOf(signed)), Date.parse(time ?? '')]
    return keys.findLast(
      ({ key, untilMs }) =>
        key.name === base &&
        !fromMs.some((ms) => ms > untilMs) &&
        isSignedBy(note, named(key, origin)),
    )
  }
  return {
    isTrusted: (signed) => signerOf(signed) !== undefined,
    signerOf,
    unvouched,
    badLines: badKeyLines(text),
    fromFolder,
  }
}

/** When a log began, by its name; NaN where that says nothing. */
function beganMs(log: string): number {
  const text = /^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d)(\d{3}Z)-/.exec(log)
  return text === null
    ? NaN
    : Date.parse(`${text[1]}-${text[2]}-${text[3]}:${text[4]}:${text[5]}.${text[6]}`)
}

export function isVerifierKey(text: string, of: 'signer' | 'witness'): boolean {
  const key = parseVerifierKey(text)
  return of === 'witness' ? isWitnessKey(key) : isCheckpointKey(key)
}

/** The last part of an origin is the name of the log. */
export function logOf({ origin }: Pick<Signed, 'origin'>): string {
  return origin.slice(origin.lastIndexOf('/') + 1)
}

function keyOf(text: string): VerifierKey {
  const key = parseVerifierKey(text)
  if (key === undefined || !isCheckpointKey(key)) throw new Error(`\`${text}\` is no verifier key`)
  return key
}
