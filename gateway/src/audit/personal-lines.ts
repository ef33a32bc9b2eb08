// Taking a person out of a side file: all lines under their keys go, and so do values of theirs that stand under the key
// of nobody (sessions that were revoked by id). One line per key says that it was erased, and when. The file is read
// twice, a piece at a time: it has a line for every person that ever called.
import type { ErasedLine, PersonalLine } from './personal.ts'

export type Erasure = {
  /** Keys of the person in this file. */
  readonly keys: readonly string[]
  /** ISO 8601. */
  readonly time: string
}

/** Bytes at known positions. */
export type Source = {
  readonly size: number
  /** Fills the buffer from this position on; returns how many bytes there were. */
  readonly read: (into: Buffer, position: number) => number
}

const PIECE = 1024 * 1024
const BREAK = 0x0a

/** Writes the file without the person; how many lines went. */
export function copyWithout(
  source: Source,
  { keys, time }: Erasure,
  write: (bytes: Buffer) => void,
): number {
  const erased = new Set(keys)
  const sessions = sessionsOf(source, erased)
  let gone = 0
  const isTheirs = (line: PersonalLine): boolean =>
    erased.has(line.key) ||
    ('value' in line && line.label === 'session' && sessions.has(line.value))
  for (const piece of pieces(source)) {
    let kept = 0
    let start = 0
    for (const end of endsOf(piece)) {
      const text = piece.subarray(start, end)
      const line = parse(text)
      if (line !== undefined && isTheirs(line)) {
        if (start > kept) write(piece.subarray(kept, start))
        kept = end
        gone += 1
      }
      start = end
    }
    if (piece.length > kept) write(piece.subarray(kept))
  }
  const marks = keys.map((key) => JSON.stringify({ erased: time, key } satisfies ErasedLine))
  write(Buffer.from(marks.map((line) => `${line}\n`).join('')))
  return gone
}

function sessionsOf(source: Source, erased: ReadonlySet<string>): ReadonlySet<string> {
  const sessions = new Set<string>()
  for (const piece of pieces(source)) {
    let start = 0
    for (const end of endsOf(piece)) {
      const line = parse(piece.subarray(start, end))
      start = end
      if (line === undefined || !('value' in line) || !erased.has(line.key)) continue
      if (line.label === 'session') sessions.add(line.value)
    }
  }
  return sessions
}

/** Whole lines; the last one may lack its line feed, and gets one. */
function* pieces({ size, read }: Source): Generator<Buffer> {
  let rest = Buffer.alloc(0)
  for (let position = 0; position < size;) {
    const bytes = Buffer.allocUnsafe(Math.min(PIECE, size - position))
    const length = read(bytes, position)
    if (length === 0) throw new Error('the side file is shorter than it was')
    position += length
    const all = Buffer.concat([rest, bytes.subarray(0, length)])
    const end = all.lastIndexOf(BREAK) + 1
    rest = all.subarray(end)
    if (end > 0) yield all.subarray(0, end)
  }
  if (rest.length > 0) yield Buffer.concat([rest, Buffer.of(BREAK)])
}

function* endsOf(piece: Buffer): Generator<number> {
  for (let at = piece.indexOf(BREAK); at >= 0; at = piece.indexOf(BREAK, at + 1)) yield at + 1
}

function parse(text: Buffer): PersonalLine | undefined {
  try {
    return JSON.parse(text.toString()) as PersonalLine
  } catch {
    return undefined
  }
}
