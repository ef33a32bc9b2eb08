// How records travel from the request thread to the writer: frames in a ring of shared memory, published once
// per turn of the loop. No object is cloned and nothing is allocated per record. One writer, one reader.
//
// A frame: length and kind (int32), six numbers (float64), lengths of its parts (int32), then the parts as
// UTF-8. A part of length −1 came as a message beside the ring, because it is large; the kind then has a flag.

export const FRAME = {
  intent: 1,
  outcome: 2,
  record: 3,
  subscribe: 4,
  unsubscribe: 5,
  close: 6,
  tree: 7,
  erase: 8,
} as const
export type FrameKind = (typeof FRAME)[keyof typeof FRAME]

/** Words of the control block. */
export const CONTROL = {
  head: 0,
  tail: 1,
  /** Batches up to this one are on the disk. */
  synced: 2,
  /** 1: what is not on the disk has to be handed to the kernel again. */
  rewrite: 3,
  wake: 4,
  retry: 5,
  /** Batches up to this one are in the kernel. */
  batch: 6,
  /** Writes into the side file. */
  personal: 7,
  /** Records in the kernel. */
  records: 8,
  /** The segment that is written to, and how large it is in KiB. */
  logFd: 9,
  logKib: 10,
  /** The segment to go on with. */
  nextFd: 11,
} as const
export const CONTROL_WORDS = 16
export const NUMBERS = 6
export const MAX_PARTS = 10
/** Positions count bytes modulo this; the ring is smaller by far. */
const POSITIONS = 2 ** 30
const ALIGNMENT = 8
const NUMBERS_AT = 8
const LENGTHS_AT = NUMBERS_AT + NUMBERS * 8
const HEADER = LENGTHS_AT + MAX_PARTS * 4
const SKIP = -1
const LARGE = 0x100
/** UTF-8 needs at most three bytes per UTF-16 code unit. */
const MAX_EXPANSION = 3

export type Shared = { readonly control: SharedArrayBuffer; readonly ring: SharedArrayBuffer }

/** `ringBytes` is a power of two. */
export function createShared(ringBytes: number): Shared {
  return {
    control: new SharedArrayBuffer(CONTROL_WORDS * 4),
    ring: new SharedArrayBuffer(ringBytes),
  }
}

type Views = {
  readonly control: Int32Array
  readonly bytes: Buffer
  readonly ints: Int32Array
  readonly floats: Float64Array
}

function viewsOf({ control, ring }: Shared): Views {
  return {
    control: new Int32Array(control),
    bytes: Buffer.from(ring),
    ints: new Int32Array(ring),
    floats: new Float64Array(ring),
  }
}

export type FrameWriter = {
  /** False: there is no room. `last` is one more part, in bytes. */
  readonly put: (
    kind: FrameKind,
    numbers: readonly number[],
    parts: readonly (string | undefined)[],
    last?: Uint8Array,
  ) => boolean
  /** Lets the reader see what was put, and wakes it. */
  readonly publish: () => void
}

export function createFrameWriter(shared: Shared): FrameWriter {
  const { control, bytes, ints, floats } = viewsOf(shared)
  const size = bytes.length
  let head = 0

  /** Where a frame of at most `needed` bytes may lie, in one piece; −1: no room. */
  const place = (needed: number): number => {
    const used = distance(Atomics.load(control, CONTROL.tail), head)
    const at = head & (size - 1)
    const toEnd = size - at
    if (needed <= toEnd) return used + needed < size ? at : -1
    if (used + toEnd + needed >= size) return -1
    ints[at / 4] = SKIP
    head = (head + toEnd) % POSITIONS
    return 0
  }

  return {
    put: (kind, numbers, parts, last) => {
      let needed = HEADER + ALIGNMENT + (last?.length ?? 0)
      for (const part of parts) needed += (part?.length ?? 0) * MAX_EXPANSION
      const at = place(needed)
      if (at < 0) return false
      for (let n = 0; n < numbers.length; n += 1) {
        floats[(at + NUMBERS_AT) / 8 + n] = numbers[n] as number
      }
      const lengths = (at + LENGTHS_AT) / 4
      let end = at + HEADER
      let part = 0
      let flag = 0
      for (; part < parts.length; part += 1) {
        const text = parts[part]
        const length = text === undefined ? -1 : bytes.write(text, end)
        ints[lengths + part] = length
        if (length < 0) flag = LARGE
        else end += length
      }
      if (last !== undefined) {
        bytes.set(last, end)
        ints[lengths + part] = last.length
        end += last.length
      }
      const length = Math.ceil((end - at) / ALIGNMENT) * ALIGNMENT
      ints[at / 4] = length
      ints[at / 4 + 1] = kind | flag
      head = (head + length) % POSITIONS
      return true
    },
    publish: () => {
      Atomics.store(control, CONTROL.head, head)
      wake(control)
    },
  }
}

/** One frame, valid until it is released. */
export type Frame = {
  readonly kind: FrameKind
  /** A part of it came beside the ring. */
  readonly large: boolean
  readonly number: (position: number) => number
  /** `undefined`: came beside the ring. */
  readonly text: (part: number) => string | undefined
  readonly bytes: (part: number) => Buffer | undefined
}

export type FrameReader = {
  /** Calls `use` for each published frame that was not released, oldest first. */
  readonly each: (use: (frame: Frame) => void) => void
  /** Frees what the last `each` went over. */
  readonly release: () => void
  /** True where something was published since `release`. */
  readonly pending: () => boolean
}

export function createFrameReader(shared: Shared): FrameReader {
  const { control, bytes, ints, floats } = viewsOf(shared)
  const size = bytes.length
  let tail = 0
  let seen = 0
  let at = 0
  const start = (part: number): number => {
    let from = at + HEADER
    for (let n = 0; n < part; n += 1) from += Math.max(0, ints[(at + LENGTHS_AT) / 4 + n] ?? 0)
    return from
  }
  const lengthOf = (part: number): number => ints[(at + LENGTHS_AT) / 4 + part] ?? 0
  const frame = {
    kind: FRAME.record as FrameKind,
    large: false,
    number: (position: number) => floats[(at + NUMBERS_AT) / 8 + position] ?? 0,
    text: (part: number) => {
      const length = lengthOf(part)
      if (length < 0) return undefined
      const from = start(part)
      return bytes.toString('utf8', from, from + length)
    },
    bytes: (part: number) => {
      const length = lengthOf(part)
      if (length < 0) return undefined
      const from = start(part)
      return bytes.subarray(from, from + length)
    },
  }

  return {
    each: (use) => {
      seen = tail
      const head = Atomics.load(control, CONTROL.head)
      while (seen !== head) {
        at = seen & (size - 1)
        const length = ints[at / 4] ?? 0
        if (length === SKIP) {
          seen = (seen + size - at) % POSITIONS
          continue
        }
        const kind = ints[at / 4 + 1] ?? 0
        frame.kind = (kind & ~LARGE) as FrameKind
        frame.large = (kind & LARGE) !== 0
        use(frame)
        seen = (seen + length) % POSITIONS
      }
    },
    release: () => {
      tail = seen
      Atomics.store(control, CONTROL.tail, tail)
    },
    pending: () => Atomics.load(control, CONTROL.head) !== tail,
  }
}

/** Wakes the reader, or keeps it from falling asleep. */
export function wake(control: Int32Array): void {
  Atomics.add(control, CONTROL.wake, 1)
  Atomics.notify(control, CONTROL.wake)
}

function distance(from: number, to: number): number {
  return (to - from + POSITIONS) % POSITIONS
}
