// What was signed last, per log: it is on the disk before a signature leaves the signer, so that whoever has taken the
// gateway over cannot have a shorter or another history signed.
import {
  appendFileSync,
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  readFileSync,
} from 'node:fs'
import { checkpointText, parseCheckpoint, type Checkpoint } from '../checkpoint.ts'
import { replace } from './keys.ts'

export type Remembered = {
  readonly last: (origin: string) => Checkpoint | undefined
  /** Throws where it cannot be written; then nothing was signed. */
  readonly remember: (checkpoint: Checkpoint) => void
  readonly close: () => void
}

const MAX_APPENDED = 10_000
/** One per start of a gateway. What was signed for a log is never forgotten: who forgets signs anything. */
const MAX_ORIGINS = 100_000

/** Throws where the file is not what was written: who forgets signs anything. */
export function openRemembered(path: string, maxOrigins = MAX_ORIGINS): Remembered {
  const known = new Map<string, Checkpoint>()
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n\n') : []
  // A last one that was being written was not signed.
  const unfinished = lines.pop()
  for (const line of lines) {
    const checkpoint = parseCheckpoint(`${line}\n`)
    if (checkpoint === undefined) throw new Error(`\`${path}\` holds what is no checkpoint`)
    known.set(checkpoint.origin, checkpoint)
  }
  let appended = 0
  const compact = (): void => {
    replace(path, [...known.values()].map((one) => `${checkpointText(one)}\n`).join(''))
    appended = 0
  }
  if (unfinished !== undefined || lines.length > known.size) compact()
  let fd = openSync(path, 'a', 0o600)
  const startAnew = (): void => {
    compact()
    closeSync(fd)
    fd = openSync(path, 'a', 0o600)
  }
  let whole = true

  return {
    last: (origin) => known.get(origin),
    remember: (checkpoint) => {
      if (known.size >= maxOrigins && !known.has(checkpoint.origin)) {
        throw new Error(`${known.size} logs are signed for, which is all that this key may`)
      }
      // Behind half a checkpoint nothing is appended: the next start could not read it.
      if (!whole || appended >= MAX_APPENDED) startAnew()
      whole = false
      appendFileSync(fd, `${checkpointText(checkpoint)}\n`)
      fdatasyncSync(fd)
      whole = true
      known.set(checkpoint.origin, checkpoint)
      appended += 1
    },
    close: () => closeSync(fd),
  }
}
