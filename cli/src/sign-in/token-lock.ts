// A lock between processes of one person, so that no two of them spend the same refresh token. It is the
// exclusive transaction of an empty SQLite file: the system frees it when its holder dies, however it dies.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CommandFailure } from '../exit-codes.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { prepareFolder } from './token-file.ts'

const RETRY_MS = 50
const GIVE_UP_MS = 30_000

/** Runs `work` while no other process holds the lock of `folder`, which is made where it is missing. */
export async function withLock<T>(
  folder: string,
  terminal: Pick<Terminal, 'nowMs' | 'sleep'>,
  work: () => Promise<T>,
): Promise<T> {
  await prepareFolder(folder)
  const path = join(folder, 'sign-ins.lock')
  await (await open(path, 'a', 0o600)).close()
  const lock = new DatabaseSync(path)
  try {
    lock.exec('PRAGMA busy_timeout = 0')
    const giveUpAt = terminal.nowMs() + GIVE_UP_MS
    while (!acquired(lock)) {
      if (terminal.nowMs() > giveUpAt) {
        const fix = 'wait for it, or end it'
        throw new CommandFailure('tryLater', 'another process holds the sign-ins', { fix })
      }
      await terminal.sleep(RETRY_MS)
    }
    return await work()
  } finally {
    lock.close()
  }
}

const SQLITE_BUSY = 5

function acquired(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return true
  } catch (failure) {
    if ((failure as { errcode?: number }).errcode === SQLITE_BUSY) return false
    throw failure
  }
}
