// A log as those see it who follow it: how many records there are, their tree, their lines. One's own while it is
// written, or one that a former process left behind.
import { open } from 'node:fs/promises'
import type { OwnLog } from '../audit.ts'
import { MAX_LINE_BYTES } from '../line.ts'
import { segmentPaths } from '../log-folder.ts'

export type FollowedLog = OwnLog

export type Lines = {
  /** Whole lines, each with its line feed. */
  readonly bytes: Buffer
  readonly count: number
}

export type LineReader = {
  /** Records before the next line. */
  readonly sequence: () => number
  /** At most so many bytes of lines, at least one line where there is one; none that is not a record yet. */
  readonly next: (mostBytes: number) => Promise<Lines>
  /** Goes on behind what `next` returned last: it has arrived. */
  readonly taken: () => void
}

const BREAK = 0x0a
const SKIP_BYTES = 1024 * 1024

type Place = { readonly path: string; readonly offset: number; readonly sequence: number }

/** Reads the lines of a log from record `first` on, as it grows. */
export async function readFrom(log: FollowedLog, first: number): Promise<LineReader> {
  const paths = (): readonly string[] => segmentPaths(log.folder, log.name)
  let place: Place = { path: paths()[0] ?? '', offset: 0, sequence: 0 }
  let after = place

  const read = async (mostBytes: number, mostLines: number): Promise<Lines> => {
    for (;;) {
      const most = Math.min(mostLines, log.records() - place.sequence)
      const { path, offset, sequence } = place
      if (path === '' || most <= 0) return { bytes: Buffer.alloc(0), count: 0 }
      const lines = firstLines(await readAt(path, offset, mostBytes), most)
      after = { path, offset: offset + lines.bytes.length, sequence: sequence + lines.count }
      if (lines.count > 0) return lines
      // It was counted before this one was read, so it is in the next one, and nobody writes to this one any more.
      const all = paths()
      const next = all[all.indexOf(path) + 1]
      if (next === undefined) return lines
      place = { path: next, offset: 0, sequence }
    }
  }

  while (place.sequence < first) {
    const { count } = await read(SKIP_BYTES, first - place.sequence)
    if (count === 0) break
    place = after
  }
  return {
    sequence: () => place.sequence,
    next: (mostBytes) => read(Math.max(mostBytes, MAX_LINE_BYTES + 1), Infinity),
    taken: () => {
      place = after
    },
  }
}

function firstLines(bytes: Buffer, most: number): Lines {
  let end = 0
  let count = 0
  while (count < most) {
    const at = bytes.indexOf(BREAK, end)
    if (at < 0) break
    end = at + 1
    count += 1
  }
  return { bytes: bytes.subarray(0, end), count }
}

async function readAt(path: string, offset: number, most: number): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(most), 0, most, offset)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
