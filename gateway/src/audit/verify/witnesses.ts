// Whether a witness has seen what checkpoints cover: its cosignature (C2SP tlog-cosignature) stands on the largest one of
// each log. Whoever holds the checkpoint key and the disk can write all of it anew, but not what somebody else signed.
import {
  isSignedBy,
  isWitnessKey,
  parseVerifierKey,
  signaturesOf,
  type VerifierKey,
} from '../note.ts'
import type { Findings } from './findings.ts'
import type { HeadsFile } from './heads.ts'
import { logOf, type Trust } from './trust.ts'

export type LogToWitness = {
  readonly name: string
  readonly files: readonly HeadsFile[]
  readonly covered: number
  /** Its last checkpoints may still be on their way. */
  readonly mayGrow: boolean
}

export type Witnesses = {
  /** How many records of the log all of them have seen; `undefined`: nobody was asked for. */
  readonly seen: (log: LogToWitness) => number | undefined
}

/** Throws in words where a key is none of a witness. */
export function createWitnesses(
  given: readonly string[],
  trust: Trust,
  { find }: Findings,
): Witnesses {
  const keys = given.map((text) => {
    const key = parseVerifierKey(text)
    if (!isWitnessKey(key)) throw new Error(`\`${text}\` is no key of a witness`)
    return key
  })
  return {
    seen: (log) =>
      keys.length === 0 ? undefined : Math.min(...keys.map((key) => seenBy(key, log))),
  }

  function seenBy(key: VerifierKey, { name, files, covered, mayGrow }: LogToWitness): number {
    const size = largest(key, name, files)
    if (size >= covered || mayGrow) return size
    const what = `the witness \`${key.name}\` has seen ${size} of ${covered} records that checkpoints cover`
    find({ code: 'not_witnessed', file: files[0]?.file ?? name, what })
    return size
  }

  function largest(key: VerifierKey, name: string, files: readonly HeadsFile[]): number {
    let size = 0
    for (const { file, checkpoints } of files) {
      for (const checkpoint of checkpoints) {
        if (checkpoint === undefined || signaturesOf(checkpoint.note, key).length === 0) continue
        if (logOf(checkpoint) !== name || !trust.isTrusted(checkpoint)) continue
        if (isSignedBy(checkpoint.note, key)) {
          size = Math.max(size, checkpoint.size)
          continue
        }
        const what = `the cosignature of \`${key.name}\` on the checkpoint of size ${checkpoint.size} is not good`
        find({ code: 'bad_cosignature', file, what })
      }
    }
    return size
  }
}
