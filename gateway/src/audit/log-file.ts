// A file that is only appended to, at known positions. A write that fails leaves nothing behind: the file is
// cut back before anything else is written, so that half a line is never followed by good ones. What is not
// known to be on the disk is kept in memory, because after a failed fdatasync the kernel may have dropped it
// and would call the next one a success.

import type { Source } from './personal-lines.ts'

/** The calls of the file system, as a parameter. Each throws on failure. */
export type Disk = {
  /** Writes some of the bytes and returns how many. */
  readonly write: (fd: number, bytes: Buffer, from: number, position: number) => number
  /** Fills the buffer from this position on; returns how many bytes there were. */
  readonly read: (fd: number, into: Buffer, position: number) => number
  readonly truncate: (fd: number, size: number) => void
  readonly sync: (fd: number) => void
}

export type LogFile = {
  /** The bytes may change afterwards. */
  readonly append: (bytes: Buffer, batch: number) => void
  /** Everything up to this batch is on the disk. */
  readonly synced: (batch: number) => void
  /** Brings the file back to what was appended; `rewrite`: and hands the kernel again what it may have dropped. */
  readonly restore: (rewrite: boolean) => void
  /** From now on the file is these bytes: they are on the disk when this returns. Tried again by `restore`. */
  readonly replace: (by: Source) => void
  readonly size: () => number
  /** All of it is known to be on the disk. */
  readonly settled: () => boolean
  /** At most this many of its last bytes. */
  readonly end: (most: number) => Buffer
}

/** Beyond this the writer itself waits for the disk: memory stays bounded. */
const MAX_UNSYNCED_BYTES = 32 * 1024 * 1024
const FIRST_BYTES = 1024 * 1024
const PIECE = 1024 * 1024

export function createLogFile(fd: number, disk: Disk): LogFile {
  let size = 0
  let clean = true
  let replacing: Source | undefined
  /** What is in the file from `syncedSize` on, and where each batch ends. */
  let kept = Buffer.allocUnsafe(FIRST_BYTES)
  let syncedSize = 0
  let ends: { readonly batch: number; readonly size: number }[] = []

  const writeAll = (bytes: Buffer, position: number): void => {
    for (let from = 0; from < bytes.length;) {
      from += disk.write(fd, bytes, from, position + from)
    }
  }
  const cut = (): void => {
    if (replacing === undefined) disk.truncate(fd, size)
    else replaceNow(replacing)
    clean = true
  }
  const replaceNow = (by: Source): void => {
    for (let position = 0; position < by.size;) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, by.size - position))
      const length = by.read(piece, position)
      if (length === 0) throw new Error('what the file is to be is not there')
      writeAll(piece.subarray(0, length), position)
      position += length
    }
    disk.truncate(fd, by.size)
    disk.sync(fd)
    size = by.size
    syncedSize = size
    ends = []
    replacing = undefined
  }
  const keep = (bytes: Buffer): void => {
    const used = size - syncedSize
    if (used + bytes.length > kept.length) {
      const larger = Buffer.allocUnsafe(2 * (used + bytes.length))
      kept.copy(larger, 0, 0, used)
      kept = larger
    }
    bytes.copy(kept, used)
  }
  const forget = (upTo: number): void => {
    kept.copyWithin(0, upTo - syncedSize, size - syncedSize)
    syncedSize = upTo
  }

  return {
    append: (bytes, batch) => {
      if (!clean) cut()
      if (size - syncedSize > MAX_UNSYNCED_BYTES) {
        disk.sync(fd)
        forget(size)
        ends = []
      }
      if (bytes.length === 0) return
      try {
        writeAll(bytes, size)
      } catch (error) {
        clean = false
        cut()
        throw error
      }
      keep(bytes)
      size += bytes.length
      ends.push({ batch, size })
    },
    synced: (batch) => {
      const done = ends.findLastIndex((end) => !isAfter(end.batch, batch))
      if (done < 0) return
      forget(ends[done]?.size ?? size)
      ends = ends.slice(done + 1)
    },
    restore: (rewrite) => {
      if (!clean) cut()
      if (rewrite) writeAll(kept.subarray(0, size - syncedSize), syncedSize)
    },
    replace: (by) => {
      replacing = by
      clean = false
      cut()
    },
    size: () => size,
    settled: () => clean && syncedSize === size,
    end: (most) => {
      const bytes = Buffer.alloc(Math.min(most, size))
      return bytes.subarray(0, disk.read(fd, bytes, size - bytes.length))
    },
  }
}

/** Batches are 32-bit numbers that wrap. */
function isAfter(batch: number, other: number): boolean {
  return ((batch - other) | 0) > 0
}
