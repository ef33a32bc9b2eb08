// The folder of the log: one log per boot of an instance, its side files, and a hold that lasts as long as the
// process (`.lock`): whoever can take the hold of another file knows that its owner is gone.
//
//   20260401T060000123Z-3f2a9c0d1e4b.jsonl            the records, first segment
//   20260401T060000123Z-3f2a9c0d1e4b.000002.jsonl     … and the next one
//   20260401T060000123Z-3f2a9c0d1e4b.personal.jsonl   salts and personal values
//   20260401T060000123Z-3f2a9c0d1e4b.tree             hashes of the tree over the records
//   20260401T060000123Z-3f2a9c0d1e4b.checkpoints      signed statements about that tree
//   20260401T060000123Z-3f2a9c0d1e4b.pruned           signed statements that records at its front were removed by order
//   20260401T060000123Z-3f2a9c0d1e4b.progress         while something is left to be signed or sent elsewhere
//   20260401T060000123Z-3f2a9c0d1e4b.lock             until it is closed or recovered
//   20260401T060000123Z-3f2a9c0d1e4b.torn             what was cut off its end
//   20260401T060000123Z-3f2a9c0d1e4b.erasing          the side file while somebody is taken out of it
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'

export type Hold = { readonly release: () => void }
/**
 * Takes the exclusive hold of a file, which ends with the process at the latest; `undefined`: another has it,
 * or `existing` was asked for and it is not there.
 */
export type TakeHold = (path: string, how: 'create' | 'existing') => Hold | undefined

export type LogPaths = {
  /** The first segment. */
  readonly log: string
  readonly personal: string
  readonly tree: string
  readonly checkpoints: string
  readonly pruned: string
  readonly progress: string
  readonly lock: string
  readonly torn: string
  /** What the side file is to become while it is rewritten in place. */
  readonly erasing: string
}

const LOG = '.jsonl'
const LOCK = '.lock'
const NAME = '[0-9]{8}T[0-9]{9}Z-[0-9a-f]{12}'
const SEGMENT = new RegExp(`^(${NAME})(?:\\.([0-9]{6,}))?\\.jsonl$`)
const CHECKPOINTS = new RegExp(`^(${NAME})\\.checkpoints$`)
const PERSONAL = new RegExp(`^${NAME}\\.personal\\.jsonl$`)

export function pathsOf(folder: string, name: string): LogPaths {
  const base = join(folder, name)
  return {
    log: base + LOG,
    personal: `${base}.personal.jsonl`,
    tree: `${base}.tree`,
    checkpoints: `${base}.checkpoints`,
    pruned: `${base}.pruned`,
    progress: `${base}.progress`,
    lock: base + LOCK,
    torn: `${base}.torn`,
    erasing: `${base}.erasing`,
  }
}

/** Names of the logs in a folder, oldest first. */
export function logNames(folder: string): string[] {
  const names = readdirSync(folder).flatMap((file) => SEGMENT.exec(file)?.[1] ?? [])
  return [...new Set(names)].toSorted()
}

/** Paths of the segments of a log, in order; the first ones may have been pruned. */
export function segmentPaths(folder: string, name: string): string[] {
  return readdirSync(folder)
    .flatMap((file) => {
      const [, of, number] = SEGMENT.exec(file) ?? []
      return of === name ? [{ file, number: number === undefined ? 1 : Number(number) }] : []
    })
    .toSorted((one, other) => one.number - other.number)
    .map(({ file }) => join(folder, file))
}

/** Names of the logs that there are or were: one whose records were all pruned is known by its checkpoints. */
export function allNames(folder: string): string[] {
  const names = readdirSync(folder).flatMap((file) => CHECKPOINTS.exec(file)?.[1] ?? [])
  return [...new Set([...logNames(folder), ...names])].toSorted()
}

/** Of a segment, or of checkpoints; `undefined`: the file is of no log. */
export function nameOfLog(file: string): string | undefined {
  return (SEGMENT.exec(file) ?? CHECKPOINTS.exec(file))?.[1]
}

/** Files that are named as if they were of a log, and are of none. */
export function strayFiles(folder: string): string[] {
  return readdirSync(folder).filter(
    (file) =>
      /\.(?:jsonl|checkpoints)$/.test(file) &&
      nameOfLog(file) === undefined &&
      !PERSONAL.test(file),
  )
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
  /** The first segment. */
  readonly logFd: number
  readonly personalFd: number
  readonly treeFd: number
  /** Where a copy of the side file lies while it is rewritten. */
  readonly erasing: string
  /** Makes the next segment; it is in the folder, whatever happens, when this resolves. */
  readonly nextSegment: () => Promise<number>
  /** A segment that nobody writes to any more. */
  readonly closeSegment: (fd: number) => void
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
  const personalFd = openSync(paths.personal, 'wx+', 0o600)
  const treeFd = openSync(paths.tree, 'wx+', 0o600)
  syncFolder(folder)
  const segments = new Set([logFd])
  let number = 1
  const end = (): void => {
    for (const fd of [...segments, personalFd, treeFd]) closeSync(fd)
    hold.release()
  }
  return {
    name,
    logFd,
    personalFd,
    treeFd,
    erasing: paths.erasing,
    nextSegment: async () => {
      const path = join(folder, `${name}.${String(number + 1).padStart(6, '0')}${LOG}`)
      const fd = openSync(path, 'wx+', 0o600)
      number += 1
      segments.add(fd)
      await syncFolderLater(folder)
      return fd
    },
    closeSegment: (fd) => {
      if (segments.delete(fd)) closeSync(fd)
    },
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

async function syncFolderLater(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function compactTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replaceAll(/[-:.]/g, '')
}
