// Reads configuration and policies when nobody writes to them (F-21). Whoever writes in place shows an empty file first
// and then a part of it; a part of a policy set may parse, and permit what its missing end forbids.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const QUIET_MS = 50
const LOOKS = 40

/**
 * What `read` makes of the files, and of those in the folders, once they were the same before it and for a moment
 * after it; after two seconds whatever it made of them last.
 */
export async function readSettled<Read>(
  paths: readonly string[],
  read: () => Promise<Read>,
  pause: () => Promise<unknown> = () => wait(QUIET_MS),
): Promise<Read> {
  for (let look = 1; ; look++) {
    const before = await stampsOf(paths)
    const made = await read().then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error
      },
    )
    await pause()
    if (look === LOOKS || (await stampsOf(paths)) === before) return made()
  }
}

async function stampsOf(paths: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    paths.map(async (path) => {
      const names = await readdir(path).catch(() => [])
      return await Promise.all([path, ...names.map((name) => join(path, name))].map(stampOf))
    }),
  )
  return JSON.stringify(stamps)
}

async function stampOf(path: string): Promise<readonly unknown[]> {
  const facts = await stat(path, { bigint: true }).catch(() => undefined)
  return [path, String(facts?.ino), String(facts?.size), String(facts?.mtimeNs)]
}
