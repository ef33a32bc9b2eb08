// The segments of one log as the writer sees them: one that is written to, and those before it that are not known to be
// on the disk yet. All of them are brought back together after a failure.
import { createLogFile, type Disk, type LogFile } from './log-file.ts'

export type Segments = Pick<LogFile, 'append' | 'synced' | 'restore' | 'end' | 'size'> & {
  readonly fd: () => number
  readonly goOnWith: (fd: number) => void
}

export function createSegments(first: number, disk: Disk): Segments {
  let fd = first
  let current = createLogFile(first, disk)
  let former: LogFile[] = []

  return {
    append: (bytes, batch) => current.append(bytes, batch),
    synced: (batch) => {
      for (const segment of former) segment.synced(batch)
      if (former.length > 0) former = former.filter((segment) => !segment.settled())
      current.synced(batch)
    },
    restore: (rewrite) => {
      for (const segment of former) segment.restore(rewrite)
      current.restore(rewrite)
    },
    end: (most) => current.end(most),
    size: () => current.size(),
    fd: () => fd,
    goOnWith: (next) => {
      former.push(current)
      current = createLogFile(next, disk)
      fd = next
    },
  }
}
