// Bytes that come in pieces and are held as one: room grows with them, so that a million pieces of one byte take a
// megabyte and not an object each.

const FIRST = 1024

export type HeldBytes = {
  readonly add: (piece: Buffer) => void
  readonly length: () => number
  /** Those held so far; valid until the next `add`. */
  readonly peek: () => Buffer
  /** Those held, which are the caller's from now on; nothing is held afterwards. */
  readonly take: () => Buffer
}

export function createHeldBytes(): HeldBytes {
  let room = Buffer.alloc(0)
  let length = 0
  return {
    add(piece) {
      if (length + piece.length > room.length) {
        const grown = Buffer.allocUnsafe(Math.max(FIRST, 2 * room.length, length + piece.length))
        room.copy(grown, 0, 0, length)
        room = grown
      }
      length += piece.copy(room, length)
    },
    length: () => length,
    peek: () => room.subarray(0, length),
    take() {
      const taken = room.subarray(0, length)
      room = Buffer.alloc(0)
      length = 0
      return taken
    },
  }
}
