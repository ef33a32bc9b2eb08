// The request thread's end of the ring: frames are put as they come and published once per turn of the loop, so
// that everything that was ready in one turn is one write. What must not be lost waits here while the ring is
// full, within bounds; an intent does not wait, it is refused.
import { CONTROL, createFrameWriter, FRAME, wake, type FrameKind, type Shared } from './frames.ts'

export type FrameToPut = {
  readonly kind: FrameKind
  readonly numbers: readonly number[]
  readonly parts: readonly (string | undefined)[]
  readonly last?: Uint8Array
  /** The part that is `undefined` in `parts`, or the bytes after them. */
  readonly large?: string | Uint8Array<ArrayBuffer>
}

export type Channel = {
  /** The number of the frame, or −1: there is no room. */
  readonly put: (frame: FrameToPut) => number
  /**
   * Puts it now or later; false: it is lost. `onPut` hears the number of the frame. Nobody waits for a `lazy`
   * one, so it does not wake the writer by itself.
   */
  readonly keep: (
    frame: FrameToPut,
    urgency: 'soon' | 'lazy',
    onPut?: (frame: number) => void,
  ) => boolean
  /** The writer has taken all frames before `end`. */
  readonly taken: (end: number) => void
  readonly synced: (batch: number) => void
  /** The writer hands the kernel again what is not on the disk, at its next turn at the earliest. */
  readonly rewrite: () => void
  readonly wake: () => void
  /** The last batch that is in the kernel. */
  readonly reached: () => number
  /** How often the side file was written to. */
  readonly personalWrites: () => number
  /** Records in the kernel. */
  readonly records: () => number
  /** The segment that is written to, and its size. */
  readonly segment: () => { readonly fd: number; readonly kib: number }
  /** The writer goes on with this segment. */
  readonly goOnWith: (fd: number) => void
}

/** A longer part goes beside the ring. */
export const LARGE_PART = 32 * 1024
const MAX_LARGE_BYTES = 64 * 1024 * 1024
const MAX_KEPT = 10_000
/** What somebody waits for, and the last record, find room where the others have none left. */
const MAX_KEPT_SOON = 11_000
const LAZY_MS = 5
const MAKES_NO_RECORD: ReadonlySet<FrameKind> = new Set([
  FRAME.subscribe,
  FRAME.unsubscribe,
  FRAME.tree,
  FRAME.erase,
])

export function createChannel(
  shared: Shared,
  postLarge: (large: string | Uint8Array<ArrayBuffer>) => void,
): Channel {
  const writer = createFrameWriter(shared)
  const control = new Int32Array(shared.control)
  let frames = 0
  let scheduled = false
  let lazily: NodeJS.Timeout | undefined
  let kept: { frame: FrameToPut; onPut: ((frame: number) => void) | undefined }[] = []
  let large: { frame: number; bytes: number }[] = []
  let largeBytes = 0

  const publish = (): void => {
    scheduled = false
    clearTimeout(lazily)
    lazily = undefined
    if (kept.length > 0) placeKept()
    writer.publish()
  }
  const schedule = (urgency: 'soon' | 'lazy'): void => {
    if (scheduled) return
    if (urgency === 'lazy') {
      lazily ??= setTimeout(publish, LAZY_MS)
      return
    }
    scheduled = true
    setImmediate(publish)
  }
  const placeKept = (): void => {
    let placed = 0
    for (const { frame, onPut } of kept) {
      const number = place(frame)
      if (number < 0) break
      placed += 1
      onPut?.(number)
    }
    kept = kept.slice(placed)
    if (kept.length > 0) schedule('lazy')
  }
  const place = (frame: FrameToPut): number => {
    const beside = frame.large
    if (beside !== undefined && largeBytes + beside.length > MAX_LARGE_BYTES) return -1
    if (!writer.put(frame.kind, frame.numbers, frame.parts, frame.last)) return -1
    // The writer counts records, and these make none.
    if (MAKES_NO_RECORD.has(frame.kind)) return frames
    if (beside !== undefined) {
      postLarge(beside)
      large.push({ frame: frames, bytes: beside.length })
      largeBytes += beside.length
    }
    return frames++
  }

  return {
    put: (frame) => {
      schedule('soon')
      return kept.length > 0 ? -1 : place(frame)
    },
    keep: (frame, urgency, onPut) => {
      schedule(urgency)
      const number = kept.length > 0 ? -1 : place(frame)
      if (number >= 0) onPut?.(number)
      else if (kept.length < (urgency === 'soon' ? MAX_KEPT_SOON : MAX_KEPT))
        kept.push({ frame, onPut })
      else return false
      return true
    },
    taken: (end) => {
      if (large.length > 0) {
        large = large.filter(({ frame }) => frame >= end)
        largeBytes = large.reduce((sum, { bytes }) => sum + bytes, 0)
      }
      if (kept.length > 0) schedule('soon')
    },
    synced: (batch) => void Atomics.store(control, CONTROL.synced, batch),
    rewrite: () => void Atomics.store(control, CONTROL.rewrite, 1),
    wake: () => wake(control),
    reached: () => Atomics.load(control, CONTROL.batch),
    personalWrites: () => Atomics.load(control, CONTROL.personal),
    records: () => Atomics.load(control, CONTROL.records),
    segment: () => ({
      fd: Atomics.load(control, CONTROL.logFd),
      kib: Atomics.load(control, CONTROL.logKib),
    }),
    goOnWith: (fd) => {
      Atomics.store(control, CONTROL.nextFd, fd)
      wake(control)
    },
  }
}
