// When a log goes on in another segment, and which segments an fdatasync has to cover. The segment is made here, off
// the writer's way; the writer goes on with it between two turns; the one before is closed when all of it is on the disk.
import type { Channel } from './channel.ts'
import type { OpenLog } from './log-folder.ts'

export type RotationSettings = {
  /** Largest segment; one gathered write more at most. */
  readonly bytes: number
  /** Oldest segment. */
  readonly ms: number
}

export type Rotation = {
  /** Segments that may hold what is not on the disk, and what to call when they were synced. */
  readonly toSync: () => { readonly fds: readonly number[]; readonly done: () => void }
  readonly end: () => void
}

const LOOK_MS = 500

export function createRotation(
  file: OpenLog,
  channel: Pick<Channel, 'segment' | 'goOnWith'>,
  { bytes, ms }: RotationSettings,
): Rotation {
  /** Oldest first; the last one is offered to the writer or in use. */
  let fds: number[] = [file.logFd]
  /** Segments that a sync has covered since the writer left them: the next one closes them. */
  let left = new Set<number>()
  let making = false
  let ageMs = 0

  const look = (): void => {
    ageMs += LOOK_MS
    const { fd, kib } = channel.segment()
    const due = kib * 1024 >= bytes || (ageMs >= ms && kib > 0)
    if (!due || making || fd !== fds.at(-1)) return
    making = true
    void make().finally(() => {
      making = false
    })
  }
  const make = async (): Promise<void> => {
    // The one in use goes on where none can be made; the next look tries again.
    const next = await file.nextSegment().catch(() => undefined)
    if (next === undefined) return
    fds.push(next)
    ageMs = 0
    channel.goOnWith(next)
  }
  const timer = setInterval(look, LOOK_MS).unref()

  return {
    toSync: () => {
      const { fd } = channel.segment()
      const before = fds.slice(0, Math.max(0, fds.indexOf(fd)))
      return {
        fds: [...fds],
        done: () => {
          // Twice, because the writer learns of the first sync after it: until then it may write to them again.
          for (const closing of before.filter((one) => left.has(one))) {
            file.closeSegment(closing)
            fds = fds.filter((one) => one !== closing)
          }
          left = new Set(before)
        },
      }
    },
    end: () => clearInterval(timer),
  }
}
