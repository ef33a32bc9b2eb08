// Operator file: a copy of the state folder that a gateway can start from, made while it runs, and put back. A list of
// the files with their hashes lies in the copy; what is not on it, or not as it says, is not put back.
import { createHash } from 'node:crypto'
import {
  closeSync,
  copyFileSync,
  createReadStream,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { copyLogs } from './audit/backup-files.ts'
import { syncFolder } from './audit/log-folder.ts'
import { holdingSideFiles } from './audit/side-file-hold.ts'
import { copySqlite } from './store/sqlite/copy.ts'
import { takeHold } from './store/sqlite/take-hold.ts'

export type BackupReport = {
  readonly files: number
  /** ISO 8601; when it began. */
  readonly time: string
}

type Contents = {
  readonly version: 1
  readonly time: string
  readonly files: Readonly<Record<string, string>>
}

const CONTENTS = 'backup.json'
const STORE = 'state.sqlite'
const LOGS = 'audit'

/** `to` is made; rejects in words where something is there already. */
export async function backUp(stateFolder: string, to: string, time: string): Promise<BackupReport> {
  refuseUnlessEmpty(to)
  const store = join(stateFolder, STORE)
  if (!existsSync(store)) throw new Error(`there is no state in \`${stateFolder}\``)
  mkdirSync(join(to, LOGS), { recursive: true, mode: 0o700 })
  await copySqlite(store, join(to, STORE))
  const logs = existsSync(join(stateFolder, LOGS))
    ? await holdingSideFiles(join(stateFolder, LOGS), takeHold, () =>
        copyLogs(join(stateFolder, LOGS), join(to, LOGS)),
      )
    : []
  const files: Record<string, string> = {}
  for (const name of [STORE, ...logs.map((log) => join(LOGS, log))]) {
    keepToOneself(join(to, name))
    files[name] = await hashOf(join(to, name))
  }
  syncFolder(join(to, LOGS))
  // Last: a copy without it is not whole.
  const contents: Contents = { version: 1, time, files }
  writeFileSync(join(to, CONTENTS), `${JSON.stringify(contents, null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  })
  syncFolder(to)
  return { files: Object.keys(files).length, time }
}

/** Rejects in words where the copy is not whole, or the state folder has anything in it. Nothing is overwritten. */
export async function restore(from: string, stateFolder: string): Promise<BackupReport> {
  refuseUnlessEmpty(stateFolder)
  const { time, files } = contentsOf(from)
  for (const [name, expected] of Object.entries(files)) {
    const path = join(from, name)
    const seen = existsSync(path) ? await hashOf(path) : 'nothing'
    if (seen !== expected)
      throw new Error(
        `\`${path}\` is not what was backed up: SHA-256 ${seen}, expected ${expected}`,
      )
  }
  mkdirSync(join(stateFolder, LOGS), { recursive: true, mode: 0o700 })
  // The store comes last: a folder without it is not started from by accident as if it were whole.
  const names = Object.keys(files).toSorted((one) => (one === STORE ? 1 : -1))
  for (const name of names) {
    copyFileSync(join(from, name), join(stateFolder, name))
    keepToOneself(join(stateFolder, name))
  }
  syncFolder(join(stateFolder, LOGS))
  syncFolder(stateFolder)
  return { files: names.length, time }
}

/** On the disk, and nobody else's to read, whatever became of its mode elsewhere. */
function keepToOneself(path: string): void {
  const fd = openSync(path, 'r+')
  try {
    fchmodSync(fd, 0o600)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function contentsOf(from: string): Contents {
  const path = join(from, CONTENTS)
  if (!existsSync(path))
    throw new Error(`\`${from}\` is no backup, or not a whole one: it has no ${CONTENTS}`)
  const contents = JSON.parse(readFileSync(path, 'utf8')) as Contents
  const bad = Object.keys(contents.files).find(
    (name) => name !== STORE && (dirname(name) !== LOGS || basename(name).startsWith('.')),
  )
  if (contents.version !== 1 || bad !== undefined) {
    throw new Error(`\`${path}\` is not the list of a backup`)
  }
  return contents
}

function refuseUnlessEmpty(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return
  throw new Error(`\`${folder}\` is not empty: nothing is overwritten`)
}

async function hashOf(path: string): Promise<string> {
  const sha256 = createHash('sha256')
  await pipeline(createReadStream(path), sha256)
  return sha256.digest('hex')
}
