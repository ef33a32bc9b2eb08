// A hold on a file that ends with the process, however it ends: the lock that sqlite takes on a database.
// Node has no flock; a file with a process id in it would lie across restarts, containers and id reuse.
import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

const CREATE_PATIENCE_MS = 1000

/** `undefined`: another has it, or `existing` was asked for and it is not there. */
export function takeHold(
  path: string,
  how: 'create' | 'existing',
): { readonly release: () => void } | undefined {
  if (how === 'create') closeSync(openSync(path, 'wx', 0o600))
  const url = pathToFileURL(path)
  // Never creates: a file that its former holder has just removed must not come back.
  url.searchParams.set('mode', 'rw')
  let db: DatabaseSync | undefined
  try {
    // Another process may be looking at the new file at this moment: that is waited out.
    db = new DatabaseSync(url, { timeout: how === 'create' ? CREATE_PATIENCE_MS : 0 })
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch {
    db?.close()
    return undefined
  }
  if (!existsSync(path)) {
    db.close()
    return undefined
  }
  const held = db
  return { release: () => held.close() }
}
