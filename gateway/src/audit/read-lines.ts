// The lines of a file as bytes, a chunk at a time: logs are larger than memory. A line that has no end within
// the largest chunk comes in pieces, each of which is no line of ours.
import { open } from 'node:fs/promises'

export type Line = {
  /** Without its line break. */
  readonly bytes: Buffer
  /** Byte at which it begins. */
  readonly offset: number
  /** Counted from 1. */
  readonly number: number
  /** False for the end of a file that does not end with a line break. */
  readonly ended: boolean
}

const CHUNK = 1024 * 1024
const BREAK = 0x0a

/** From byte `from` on, in batches; the buffers are valid until the next batch is asked for. */
export async function* readLines(path: string, from = 0): AsyncGenerator<readonly Line[]> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(CHUNK)
    let kept = 0
    let offset = from
    let number = 1
    for (;;) {
      const { bytesRead } = await file.read(buffer, kept, CHUNK - kept, offset + kept)
      const filled = kept + bytesRead
      const lines: Line[] = []
      let start = 0
      for (;;) {
        const end = buffer.subarray(0, filled).indexOf(BREAK, start)
        if (end < 0) break
        const bytes = buffer.subarray(start, end)
        lines.push({ bytes, offset: offset + start, number: number++, ended: true })
        start = end + 1
      }
      const last = bytesRead === 0 || (start === 0 && filled === CHUNK)
      if (last && start < filled) {
        const bytes = buffer.subarray(start, filled)
        lines.push({ bytes, offset: offset + start, number: number++, ended: false })
        start = filled
      }
      if (lines.length > 0) yield lines
      if (bytesRead === 0) return
      buffer.copyWithin(0, start, filled)
      kept = filled - start
      offset += start
    }
  } finally {
    await file.close()
  }
}
