// A file that is only appended to, at known positions. A write that fails leaves nothing behind: the file is
// cut back before anything else is written, so that half a line is never followed by good ones. What is not
// known to be on the disk is kept in memory, because after a failed fdatasync the kernel may have dropped it
// and would call the next one a success.

/** The calls of the file system, as a parameter. Each throws on failure. */
export type Disk = {
  /** Writes some of the bytes and returns how many. */
  readonly write: (fd: number, bytes: Buffer, from: number, position: number) => number
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
}

/** Beyond this the writer itself waits for the disk: memory stays bounded. */
const MAX_UNSYNCED_BYTES = 32 * 1024 * 1024

type Unsynced = { readonly bytes: Buffer; readonly position: number; readonly batch: number }

export function createLogFile(fd: number, disk: Disk): LogFile {
  let size = 0
  let clean = true
  let unsynced: Unsynced[] = []
  let unsyncedBytes = 0

  const writeAll = (bytes: Buffer, position: number): void => {
    for (let from = 0; from < bytes.length;) {
      from += disk.write(fd, bytes, from, position + from)
    }
  }
  const keep = (pieces: Unsynced[]): void => {
    unsynced = pieces
    unsyncedBytes = pieces.reduce((sum, piece) => sum + piece.bytes.length, 0)
  }
  const cut = (): void => {
    disk.truncate(fd, size)
    clean = true
  }

  return {
    append: (bytes, batch) => {
      if (!clean) cut()
      if (unsyncedBytes > MAX_UNSYNCED_BYTES) {
        disk.sync(fd)
        keep([])
      }
      if (bytes.length === 0) return
      try {
        writeAll(bytes, size)
      } catch (error) {
        clean = false
        cut()
        throw error
      }
      unsynced.push({ bytes: Buffer.from(bytes), position: size, batch })
      unsyncedBytes += bytes.length
      size += bytes.length
    },
    synced: (batch) => {
      const [oldest] = unsynced
      if (oldest === undefined || isAfter(oldest.batch, batch)) return
      keep(unsynced.filter((piece) => isAfter(piece.batch, batch)))
    },
    restore: (rewrite) => {
      if (!clean) cut()
      if (rewrite) for (const piece of unsynced) writeAll(piece.bytes, piece.position)
    },
  }
}

/** Batches are 32-bit numbers that wrap. */
function isAfter(batch: number, other: number): boolean {
  return ((batch - other) | 0) > 0
}
