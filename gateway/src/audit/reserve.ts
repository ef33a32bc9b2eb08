// Disk that is kept for the end (F-13): a file that is given back when the disk is full, so that outcomes, the word that
// the disk is full and an orderly end still find room. Calls wait until it could be made again.
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { open, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { fillRandomly } from '../system/ids.ts'

export type Reserve = {
  /** Makes it where it is not there. Rejects where there is no room, and leaves nothing behind then. */
  readonly make: () => Promise<void>
  /** Makes it where there is room for it and for something beside it; false: there is not. */
  readonly tryMake: () => Promise<boolean>
  readonly release: () => void
}

const CHUNK_BYTES = 1024 * 1024
/** Share of it that must be free beside it, so that the next record does not fill the disk again. */
const BESIDE = 1 / 16

export function createReserve(folder: string, bytes: number): Reserve {
  const path = join(folder, 'reserve')
  const next = `${path}.${process.pid}`
  const isThere = (): boolean => existsSync(path) && statSync(path).size >= bytes

  const make = async (): Promise<void> => {
    if (isThere()) return
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    try {
      await write(next, bytes)
      await rename(next, path)
    } catch (cause) {
      await rm(next, { force: true })
      const words = cause instanceof Error ? cause.message : 'unknown failure'
      throw new Error(
        `there is no room for the reserve of ${bytes} bytes in \`${folder}\` (${words}); fix: free some, or lower \`audit.reserveBytes\``,
        { cause },
      )
    }
  }
  return {
    make,
    tryMake: async () => {
      if (isThere()) return true
      const { bavail, bsize } = await statfs(folder)
      if (bavail * bsize < bytes * (1 + BESIDE)) return false
      return make().then(
        () => true,
        () => false,
      )
    },
    release: () => rmSync(path, { force: true }),
  }
}

/** Bytes that no file system stores in less; one buffer, because what is freed here the process keeps. */
async function write(path: string, bytes: number): Promise<void> {
  const buffer = Buffer.alloc(CHUNK_BYTES)
  const file = await open(path, 'w', 0o600)
  try {
    for (let left = bytes; left > 0;) {
      const chunk = buffer.subarray(0, Math.min(left, CHUNK_BYTES))
      await fillRandomly(chunk)
      const { bytesWritten } = await file.write(chunk)
      left -= bytesWritten
    }
  } finally {
    await file.close()
  }
}
