// The folder of the log: one file per boot of an instance, its side file, and a hold that lasts as long as the
// process (`.lock`): whoever can take the hold of another file knows that its owner is gone.
//
//   20260401T060000123Z-3f2a9c0d1e4b.jsonl            the records
//   20260401T060000123Z-3f2a9c0d1e4b.personal.jsonl   salts and personal values
//   20260401T060000123Z-3f2a9c0d1e4b.lock             until it is closed or recovered
//   20260401T060000123Z-3f2a9c0d1e4b.torn             what was cut off its end
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export type Hold = { readonly release: () => void }
/**
 * Takes the exclusive hold of a file, which ends with the process at the latest; `undefined`: another has it,
 * or `existing` was asked for and it is not there.
 */
export type TakeHold = (path: string, how: 'create' | 'existing') => Hold | undefined

export type LogPaths = {
  readonly log: string
  readonly personal: string
  readonly lock: string
  readonly torn: string
}

const PERSONAL = '.personal.jsonl'
const LOG = '.jsonl'
const LOCK = '.lock'

export function pathsOf(folder: string, name: string): LogPaths {
  const base = join(folder, name)
  return { log: base + LOG, personal: base + PERSONAL, lock: base + LOCK, torn: `${base}.torn` }
}

/** Names of the logs in a folder, oldest first. */
export function logNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(LOG) && !file.endsWith(PERSONAL))
    .map((file) => file.slice(0, -LOG.length))
    .toSorted()
}

/** Names of the logs that were not closed: in use, or their owner died. */
export function openNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(LOCK))
    .map((file) => file.slice(0, -LOCK.length))
    .toSorted()
}

export type OpenLog = {
  readonly name: string
  readonly logFd: number
  readonly personalFd: number
  /** The log is complete: nobody has to recover it. */
  readonly close: () => void
  /** Leaves it for the next start to recover. */
  readonly abandon: () => void
}

/** Begins the log of an instance. Throws in words of the file system. */
export function openLog(
  folder: string,
  instance: string,
  wallMs: number,
  takeHold: TakeHold,
): OpenLog {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const name = `${compactTime(wallMs)}-${instance.slice(0, 12)}`
  const paths = pathsOf(folder, name)
  const hold = takeHold(paths.lock, 'create')
  if (hold === undefined) throw new Error(`the log ${name} is held by another process`)
  const logFd = openSync(paths.log, 'wx+', 0o600)
  const personalFd = openSync(paths.personal, 'wx', 0o600)
  syncFolder(folder)
  const end = (): void => {
    closeSync(logFd)
    closeSync(personalFd)
    hold.release()
  }
  return {
    name,
    logFd,
    personalFd,
    close: () => {
      rmSync(paths.lock)
      end()
    },
    abandon: end,
  }
}

/** New names in a folder are on the disk when the folder is. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function compactTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replaceAll(/[-:.]/g, '')
}
