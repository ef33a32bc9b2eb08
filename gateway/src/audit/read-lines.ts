// The lines of a file as bytes, a chunk at a time: logs are larger than memory. A line that is longer than a
// chunk is no line of ours: it comes without its bytes.
import { open } from 'node:fs/promises'

export type Line = {
  /** Without its line break; empty where the line is longer than any of ours. */
  readonly bytes: Buffer
  /** Byte behind it, line break included. */
  readonly end: number
  /** Counted from 1. */
  readonly number: number
  /** False for the end of a file that does not end with a line break. */
  readonly ended: boolean
}

const CHUNK = 1024 * 1024
const BREAK = 0x0a
const NOTHING = Buffer.alloc(0)

/** In batches; the buffers are valid until the next batch is asked for. */
export async function* readLines(path: string): AsyncGenerator<readonly Line[]> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(CHUNK)
    /** Bytes of an unfinished line at the start of the buffer, and where the buffer starts in the file. */
    let kept = 0
    let offset = 0
    let tooLong = false
    let number = 0
    for (;;) {
      const { bytesRead } = await file.read(buffer, kept, CHUNK - kept, offset + kept)
      const filled = kept + bytesRead
      const lines: Line[] = []
      let start = 0
      const add = (end: number, ended: boolean): void => {
        const bytes = tooLong ? NOTHING : buffer.subarray(start, end)
        start = ended ? end + 1 : end
        number += 1
        lines.push({ bytes, end: offset + start, number, ended })
        tooLong = false
      }
      const view = buffer.subarray(0, filled)
      for (let at = view.indexOf(BREAK); at >= 0; at = view.indexOf(BREAK, start)) add(at, true)
      if (bytesRead === 0 && (start < filled || tooLong)) add(filled, false)
      if (lines.length > 0) yield lines
      if (bytesRead === 0) return
      if (start === 0 && filled === CHUNK) {
        tooLong = true
        start = filled
      }
      buffer.copyWithin(0, start, filled)
      kept = filled - start
      offset += start
    }
  } finally {
    await file.close()
  }
}
