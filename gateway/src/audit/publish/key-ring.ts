// The checkpoint keys that this folder has seen (`checkpoint.keys`): a signature counts when it is by the newest. A key
// that nobody vouches for is taken as well, and said so: without checkpoints nothing at all would be vouched for.
import { existsSync, readFileSync, truncateSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isVouchedFor, keyLine, parseKeyLines, type KnownKey } from '../known-keys.ts'
import { isSignedBy, named, parseVerifierKey, type Note } from '../note.ts'

export type NewKey = KnownKey & {
  /** By the key before it; the first one needs nobody. */
  readonly vouched: boolean
}

export type KeyRing = {
  /** What stands before the name of the log in its origin. */
  readonly name: () => string
  readonly isSigned: (note: Note, origin: string) => boolean
  /** Takes what the signer says of its keys; resolves with those that are new here, in their order. */
  readonly learn: (keys: readonly KnownKey[]) => Promise<readonly NewKey[]>
}

export function openKeyRing(folder: string): KeyRing {
  const path = join(folder, 'checkpoint.keys')
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  // A process died while it wrote a key: behind half a line nobody could read the next one.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole !== text) truncateSync(path, Buffer.byteLength(whole))
  const known = [...parseKeyLines(whole)]
  const newest = (): ReturnType<typeof parseVerifierKey> =>
    parseVerifierKey(known.at(-1)?.key ?? '')

  return {
    name: () => newest()?.name ?? '',
    isSigned: (note, origin) => {
      const key = newest()
      return key !== undefined && isSignedBy(note, named(key, origin))
    },
    learn: async (keys) => {
      const at = keys.findLastIndex(({ key }) => key === known.at(-1)?.key)
      const learned: NewKey[] = []
      for (const next of keys.slice(at + 1)) {
        const before = known.at(-1)?.key
        const vouched = before === undefined || isVouchedFor(before, next)
        const line = vouched && before !== undefined ? next : { key: next.key }
        await appendFile(path, keyLine(line), { mode: 0o600, flush: true })
        known.push(line)
        learned.push({ ...line, vouched })
      }
      return learned
    },
  }
}
