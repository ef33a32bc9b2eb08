// A hold on a file that ends with the process, however it ends: the lock that sqlite takes on a database.
// Node has no flock; a file with a process id in it would lie across restarts, containers and id reuse.
import { closeSync, existsSync, lstatSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

const CREATE_PATIENCE_MS = 1000

/**
 * `undefined`: another has it, or `existing` was asked for and it is not there. Throws in words where something else
 * stands there: a link would have a file locked that is none of ours, a journal beside it would be played back.
 */
export function takeHold(
  path: string,
  how: 'create' | 'existing',
): { readonly release: () => void } | undefined {
  if (how === 'create') closeSync(openSync(path, 'wx', 0o600))
  else refuseForeign(path)
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

function refuseForeign(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  const journals = ['-journal', '-wal'].filter((end) => existsSync(path + end))
  const isOurs =
    found.isFile() && found.size === 0 && found.nlink === 1 && found.uid === process.getuid?.()
  if (isOurs && journals.length === 0) return
  const what = isOurs ? `has \`${journals[0]}\` beside it` : 'is no empty file of this user'
  throw new Error(`\`${path}\` ${what}, and is not taken as a lock: find out who put it there`)
}
