// What a file is to become, whole and on the disk beside it before the file is rewritten in place: a process that dies in
// the middle leaves one of the two whole (recover.ts puts the copy in its place).
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from './log-folder.ts'

export type SafeCopy = {
  readonly keep: (path: string, bytes: Buffer) => void
  readonly drop: (path: string) => void
}

export const safeCopy: SafeCopy = {
  keep: (path, bytes) => {
    const next = `${path}.next`
    const fd = openSync(next, 'w', 0o600)
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(next, path)
    syncFolder(dirname(path))
  },
  drop: (path) => {
    rmSync(path, { force: true })
    syncFolder(dirname(path))
  },
}
