// A copy of the state store as it is at one moment, while others write to it (SQLite's own backup).
import { closeSync, openSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/** Rejects in words of SQLite. `to` is made anew, for its owner alone. */
export async function copySqlite(from: string, to: string): Promise<void> {
  // SQLite would make it with the rights that the process has for all.
  closeSync(openSync(to, 'wx', 0o600))
  const url = pathToFileURL(from)
  url.searchParams.set('mode', 'rw')
  const db = new DatabaseSync(url, { timeout: BUSY_MS })
  try {
    await backup(db, to)
  } finally {
    db.close()
  }
}

const BUSY_MS = 5000
