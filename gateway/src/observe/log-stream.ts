// Standard output as the stream of the log: buffered, written without waiting, flushed on a fatal error. What a
// reader that has stopped reading would cost in memory is bounded; beyond it lines are dropped.
import { pino } from 'pino'
import type { LogStream } from './log.ts'

/** A write per line would cost more than the line: they are gathered up to this (below one write), or for this long. */
const GATHERED = 8 * 1024
const GATHER_MS = 100
const MAX_BUFFERED = 16 * 1024 * 1024

export type StandardOutput = LogStream & {
  /** Writes what is buffered, synchronously. Never throws. */
  readonly flush: () => void
}

export function standardOutput(descriptor = 1): StandardOutput {
  const destination = pino.destination({
    dest: descriptor,
    sync: false,
    minLength: GATHERED,
    maxLength: MAX_BUFFERED,
  })
  const gather = setInterval(() => destination.flush(), GATHER_MS)
  gather.unref()
  // A closed pipe must not end the process: the log is no condition of the service.
  destination.on('error', () => {})
  return {
    write: (line) => destination.write(line),
    flush() {
      try {
        destination.flushSync()
      } catch {
        // Nothing is left that could be told.
      }
    },
  }
}
