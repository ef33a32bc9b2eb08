// The keys of seals.ts: a folder of mode 0700 in the state folder, one file of mode 0600 for each key, read by every
// process on it. A new key is added every 30 days, far below the 2^32 messages that random nonces allow one key
// (NIST SP 800-38D §8.3); old ones open what is still under way and go after twice that time. Files are only ever
// added and removed whole, so that processes that start at once do not lose each other's keys.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../system/clock.ts'
import { randomBytes, randomId } from '../system/ids.ts'

export type SealingKeys = {
  readonly newest: () => SealingKey
  readonly find: (id: string) => Buffer | undefined
}

export type SealingKey = {
  /** Eight hex digits. */
  readonly id: string
  readonly secret: Buffer
}

type Kept = SealingKey & { readonly sinceMs: number }

const DAY_MS = 86_400_000
const NEW_AFTER_MS = 30 * DAY_MS
const GONE_AFTER_MS = 2 * NEW_AFTER_MS
const LOOK_AGAIN_MS = 1_000
const SECRET_BYTES = 32
const NAME = /^(\d{13})-([0-9a-f]{8})\.key$/

/** Makes the folder and a first key where there are none; throws where they cannot be read. */
export function openSealingKeys(folder: string, clock: Clock): SealingKeys {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  let keys = readKeys(folder)
  let readMs = clock.monotonicMs()

  function renewed(): SealingKey {
    keys = readKeys(folder)
    const nowMs = clock.wallMs()
    for (const key of keys) {
      if (nowMs - key.sinceMs >= GONE_AFTER_MS) rmSync(pathOf(folder, key), { force: true })
    }
    const last = keys.at(-1)
    if (last !== undefined && nowMs - last.sinceMs < NEW_AFTER_MS) return last
    const made: Kept = {
      id: randomBytes(4).toString('hex'),
      secret: randomBytes(SECRET_BYTES),
      sinceMs: nowMs,
    }
    // Under its name it is whole.
    const beside = join(folder, `${randomId()}.new`)
    writeFileSync(beside, made.secret, { mode: 0o600, flag: 'wx' })
    renameSync(beside, pathOf(folder, made))
    keys = [...keys, made]
    return made
  }
  renewed()

  return {
    newest() {
      const last = keys.at(-1)
      return last === undefined || clock.wallMs() - last.sinceMs >= NEW_AFTER_MS ? renewed() : last
    },
    find(id) {
      const known = keys.find((key) => key.id === id)
      if (known !== undefined) return known.secret
      // Whoever sends made-up ids costs one look per second.
      if (clock.monotonicMs() - readMs < LOOK_AGAIN_MS) return undefined
      readMs = clock.monotonicMs()
      keys = readKeys(folder)
      return keys.find((key) => key.id === id)?.secret
    },
  }
}

/** Oldest first. */
function readKeys(folder: string): readonly Kept[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const [, since, id] = NAME.exec(name) ?? []
      if (since === undefined || id === undefined) return []
      const secret = readFileSync(join(folder, name))
      if (secret.length !== SECRET_BYTES) throw new Error(`\`${join(folder, name)}\` is no key`)
      return [{ id, sinceMs: Number(since), secret }]
    })
}

function pathOf(folder: string, { sinceMs, id }: Kept): string {
  return join(folder, `${String(Math.round(sinceMs)).padStart(13, '0')}-${id}.key`)
}
