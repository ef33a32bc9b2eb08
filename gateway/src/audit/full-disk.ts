// The state of a disk that is full (F-13): the reserve is given back, nothing is called, and what must still be recorded
// goes into that room. It ends by itself when the reserve could be made again.
import type { Reserve } from './reserve.ts'

export type FullDisk = {
  readonly isFull: () => boolean
  /** The log could not be written for this reason; true: because the disk is full, and there was a reserve. */
  readonly hear: (reason: string) => boolean
  readonly end: () => void
}

const LOOK_MS = 500
const FULL = /^(ENOSPC|EDQUOT)\b/

export function createFullDisk(
  reserve: Reserve | undefined,
  /** The log can be written: there is room for more than the last records. */
  canWrite: () => boolean,
  onRoom: () => void,
): FullDisk {
  let full = false
  let timer: NodeJS.Timeout | undefined

  const look = async (of: Reserve): Promise<void> => {
    if (canWrite() && (await of.tryMake())) {
      full = false
      onRoom()
    } else {
      timer = setTimeout(() => void look(of), LOOK_MS).unref()
    }
  }
  return {
    isFull: () => full,
    hear: (reason) => {
      if (reserve === undefined || !FULL.test(reason)) return false
      reserve.release()
      if (!full) timer = setTimeout(() => void look(reserve), LOOK_MS).unref()
      full = true
      return true
    },
    end: () => clearTimeout(timer),
  }
}
