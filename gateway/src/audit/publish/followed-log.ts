// A log as those see it who follow it: how many records there are, their tree, their lines. One's own while it is
// written, or one that a former process left behind.
import { open } from 'node:fs/promises'
import type { OwnLog } from '../audit.ts'
import { MAX_LINE_BYTES, recordIn } from '../line.ts'
import { segmentPaths } from '../log-folder.ts'

export type FollowedLog = OwnLog

export type Lines = {
  /** Whole lines, each with its line feed. */
  readonly bytes: Buffer
  readonly count: number
}

/** Records `first` to before `end`, which nobody can read any more. */
export type Gone = { readonly first: number; readonly end: number }

export type LineReader = {
  /** Records before the next line. */
  readonly sequence: () => number
  /**
   * At most so many bytes of lines, at least one line where there is one; none that is not a record yet. Rejects in
   * words where it cannot be known which records stand in a file.
   */
  readonly next: (mostBytes: number) => Promise<Lines>
  /** Goes on behind what `next` returned last: it has arrived. */
  readonly taken: () => void
}

const BREAK = 0x0a
const SKIP_BYTES = 1024 * 1024
const NOTHING: Lines = { bytes: Buffer.alloc(0), count: 0 }

type Place = { readonly path: string; readonly offset: number; readonly sequence: number }

/**
 * Reads the lines of a log from record `first` on, as it grows. Files at its front may have been pruned, and may be while
 * this reads: it goes on with what is there, and `onGone` hears what it could not read.
 */
export function readFrom(
  log: FollowedLog,
  first: number,
  onGone: (gone: Gone) => void,
): LineReader {
  const paths = (): readonly string[] => segmentPaths(log.folder, log.name)
  /** Where the next line is; `undefined`: to be looked for. */
  let place: Place | undefined
  let sequence = first
  let after: Place | undefined

  const goneUntil = (end: number): void => {
    if (end <= sequence) return
    onGone({ first: sequence, end })
    sequence = end
  }
  /** The first line that is there and wanted; `undefined`: there is none yet. */
  const find = async (): Promise<Place | undefined> => {
    for (;;) {
      const records = log.records()
      const path = paths()[0]
      if (path === undefined) {
        goneUntil(records)
        return undefined
      }
      const begins = await firstSequence(path, records)
      if (begins === undefined) return undefined
      if (begins === 'pruned') continue
      goneUntil(begins)
      const found = await skip({ path, offset: 0, sequence: begins })
      if (found !== 'pruned') return found
    }
  }
  const skip = async (front: Place): Promise<Place | 'pruned' | undefined> => {
    let at = front
    while (at.sequence < sequence) {
      const read = await linesFrom(at, SKIP_BYTES, sequence - at.sequence)
      if (read === 'pruned') return read
      if (read.lines.count === 0) return undefined
      at = behind(read.from, read.lines)
    }
    return at
  }
  const linesFrom = async (
    at: Place,
    mostBytes: number,
    mostLines: number,
  ): Promise<{ readonly lines: Lines; readonly from: Place } | 'pruned'> => {
    for (let from = at; ;) {
      const most = Math.min(mostLines, log.records() - from.sequence)
      if (most <= 0) return { lines: NOTHING, from }
      const bytes = await readAt(from.path, from.offset, mostBytes)
      if (bytes === 'pruned') return bytes
      const lines = firstLines(bytes, most)
      if (lines.count > 0) return { lines, from }
      // It was counted before this one was read, so it is in the next one, and nobody writes to this one any more.
      const all = paths()
      const place = all.indexOf(from.path)
      if (place < 0) return 'pruned'
      const next = all[place + 1]
      if (next === undefined) return { lines, from }
      from = { path: next, offset: 0, sequence: from.sequence }
    }
  }

  return {
    sequence: () => sequence,
    next: async (mostBytes) => {
      for (;;) {
        place ??= await find()
        if (place === undefined) return NOTHING
        const most = Math.max(mostBytes, MAX_LINE_BYTES + 1)
        const read = await linesFrom(place, most, Infinity)
        place = read === 'pruned' ? undefined : read.from
        if (read === 'pruned') continue
        after = behind(read.from, read.lines)
        return read.lines
      }
    },
    taken: () => {
      place = after
      sequence = after?.sequence ?? sequence
    },
  }
}

function behind({ path, offset, sequence }: Place, { bytes, count }: Lines): Place {
  return { path, offset: offset + bytes.length, sequence: sequence + count }
}

/** Of the first record of a file; `undefined`: it has none yet. */
async function firstSequence(
  path: string,
  records: number,
): Promise<number | 'pruned' | undefined> {
  const start = await readAt(path, 0, MAX_LINE_BYTES + 1)
  if (start === 'pruned') return start
  const { bytes, count } = firstLines(start, 1)
  if (count === 0) return undefined
  const record = recordIn(bytes.subarray(0, -1))
  const { sequence } = (typeof record === 'string' ? {} : JSON.parse(record.toString())) as {
    readonly sequence?: number
  }
  if (sequence === undefined || sequence > records) {
    throw new Error(`the first line of \`${path}\` is no record of this log`)
  }
  return sequence
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

async function readAt(path: string, offset: number, most: number): Promise<Buffer | 'pruned'> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return 'pruned'
  try {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(most), 0, most, offset)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
