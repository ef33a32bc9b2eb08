// What a file is to become, whole and on the disk beside it before the file is rewritten in place: a process that dies in
// the middle leaves one of the two whole (recover.ts puts the copy in its place).
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from './log-folder.ts'

export type SafeCopy = {
  /** `fill` writes what the file is to hold; what it returns comes back. */
  readonly keep: <Result>(path: string, fill: (write: (bytes: Buffer) => void) => Result) => Result
  /** Fills the buffer from this position on; returns how many bytes there were. */
  readonly read: (path: string, into: Buffer, position: number) => number
  readonly drop: (path: string) => void
}

export const safeCopy: SafeCopy = {
  keep: (path, fill) => {
    const next = `${path}.next`
    const fd = openSync(next, 'w', 0o600)
    let result
    try {
      result = fill((bytes) => {
        for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
      })
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(next, path)
    syncFolder(dirname(path))
    return result
  },
  read: (path, into, position) => {
    const fd = openSync(path, 'r')
    try {
      return readSync(fd, into, 0, into.length, position)
    } finally {
      closeSync(fd)
    }
  },
  drop: (path) => {
    rmSync(path, { force: true })
    syncFolder(dirname(path))
  },
}
