// A file of lines in pieces of whole lines, each in memory of its own, so that a piece can be handed to another
// thread (verify.ts). A line that is longer than a piece is no line of ours: it comes as a piece without bytes.
import { open } from 'node:fs/promises'

export type Chunk = {
  /** Whole lines; none: one line that is too long. */
  readonly bytes: Buffer<ArrayBuffer>
  /** Byte of the file where it begins. */
  readonly at: number
}

const SIZE = 1024 * 1024
const BREAK = 0x0a

/** Everything from byte `from` on, which begins a line. The last line may lack its line break. */
export async function* readChunks(path: string, from = 0): AsyncGenerator<Chunk> {
  const file = await open(path, 'r')
  try {
    let offset = from
    /** The beginning of a line; a copy, because the piece that it came with may be in another thread by now. */
    let rest = Buffer.alloc(0)
    let skipping = false
    for (;;) {
      const bytes = Buffer.from(new ArrayBuffer(SIZE))
      bytes.set(rest)
      const { bytesRead } = await file.read(bytes, rest.length, SIZE - rest.length, offset)
      const at = offset - rest.length
      const filled = rest.length + bytesRead
      offset += bytesRead
      const start: number = skipping ? bytes.indexOf(BREAK) + 1 : 0
      const stillSkipping: boolean = skipping && start === 0 && bytesRead > 0
      if (skipping && !stillSkipping) yield { bytes: Buffer.from(new ArrayBuffer(0)), at }
      const end = bytesRead === 0 ? filled : bytes.lastIndexOf(BREAK) + 1
      skipping = stillSkipping || (end <= start && filled === SIZE && bytesRead > 0)
      rest = Buffer.from(skipping ? [] : bytes.subarray(Math.max(start, end), filled))
      if (!skipping && end > start) yield { bytes: bytes.subarray(start, end), at: at + start }
      if (bytesRead === 0) return
    }
  } finally {
    await file.close()
  }
}
