// Who waits for which frame, and how durable it must be: `written` is over when the kernel has it, `synced` when
// an fdatasync that began afterwards has ended. All who came while one ran share the next.
import type { Fault } from '../fault.ts'
import { unavailable } from './unavailable.ts'

export type Waiter = {
  readonly frame: number
  readonly durability: 'written' | 'synced'
  /** Set for an intent, which is refused when its write fails; everything else is tried again. */
  readonly intentOf: string | undefined
  readonly resolve: (sequence: number) => void
  readonly reject: (fault: Fault) => void
}

export type WaitingParts = {
  /** Ends when everything that is in the kernel now is on the disk. */
  readonly sync: () => Promise<void>
  /** The last batch that is in the kernel. */
  readonly reached: () => number
  /** It is on the disk up to this batch. */
  readonly onSynced: (batch: number) => void
  readonly onSyncFailed: (error: unknown) => void
  /** An intent that is in the file but was refused: nothing is called for it. */
  readonly onAbandoned: (sequence: number, requestId: string) => void
}

export type Waiting = {
  readonly add: (waiter: Waiter) => void
  /** Frames before `end` are in the kernel; the one numbered `first` is record `sequence`. */
  readonly written: (first: number, end: number, sequence: number) => void
  /** Intents among the frames before `end` were not written and will not be. */
  readonly refuse: (end: number, reason: string) => void
  readonly refuseAll: (reason: string) => void
  /** Syncs what is written, whether anybody waits or not. */
  readonly sync: () => Promise<void>
  /**
   * After a failed sync none is tried until this: the kernel may have dropped what was not on the disk, and
   * would call the next one a success.
   */
  readonly resume: () => void
  readonly unsynced: () => boolean
}

type Placed = Waiter & { readonly sequence: number }

export function createWaiting(parts: WaitingParts): Waiting {
  let unwritten: Waiter[] = []
  let unsynced: Placed[] = []
  let syncedBatch = 0
  let broken = false
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    const sharing = unsynced
    const upTo = parts.reached()
    unsynced = []
    try {
      await parts.sync()
    } catch (error) {
      broken = true
      for (const { intentOf, sequence, reject } of sharing) {
        reject(unavailable(wordsOf(error)))
        if (intentOf !== undefined) parts.onAbandoned(sequence, intentOf)
      }
      parts.onSyncFailed(error)
      return
    }
    syncedBatch = upTo
    parts.onSynced(upTo)
    for (const { resolve, sequence } of sharing) resolve(sequence)
  }
  const start = async (): Promise<void> => {
    if (broken) return
    running ??= run().finally(() => {
      running = undefined
      if (unsynced.length > 0) void start()
    })
    await running
  }

  return {
    add: (waiter) => void unwritten.push(waiter),
    written: (first, end, sequence) => {
      let taken = 0
      for (const waiter of unwritten) {
        if (waiter.frame >= end) break
        taken += 1
        const placed = sequence + waiter.frame - first
        if (waiter.durability === 'written') waiter.resolve(placed)
        else unsynced.push({ ...waiter, sequence: placed })
      }
      if (taken > 0) unwritten = unwritten.slice(taken)
      if (unsynced.length > 0) void start()
    },
    refuse: (end, reason) => {
      const refused = unwritten.filter(
        (waiter) => waiter.intentOf !== undefined && waiter.frame < end,
      )
      if (refused.length === 0) return
      unwritten = unwritten.filter((waiter) => waiter.intentOf === undefined || waiter.frame >= end)
      for (const { reject } of refused) reject(unavailable(reason))
    },
    refuseAll: (reason) => {
      for (const { reject } of [...unwritten, ...unsynced]) reject(unavailable(reason))
      unwritten = []
      unsynced = []
    },
    sync: async () => {
      await running
      await start()
    },
    resume: () => {
      broken = false
    },
    unsynced: () => parts.reached() !== syncedBatch,
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown failure'
}
