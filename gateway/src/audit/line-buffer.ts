// Lines on their way to the file: each record is encoded once, where it will be written from, and hashed there.
import { hash } from 'node:crypto'
import { LEAF_AT, LINE_START, MAX_LINE_BYTES, RECORD_AT } from './line.ts'

export type LineBuffer = {
  /** Appends the line of a record in canonical form. */
  readonly add: (record: string) => void
  /** The lines since `clear`, valid until then. */
  readonly bytes: () => Buffer
  /** The leaf hashes of those lines, in base64url. */
  readonly leaves: () => readonly string[]
  readonly clear: () => void
}

const FIRST_BYTES = 256 * 1024
const LAST = '}\n'
const COLON = 0x3a

export function createLineBuffer(): LineBuffer {
  let buffer = Buffer.allocUnsafe(FIRST_BYTES)
  let end = 0
  let leaves: string[] = []

  return {
    add: (record) => {
      if (buffer.length - end < MAX_LINE_BYTES + record.length * 3) {
        const larger = Buffer.allocUnsafe(buffer.length * 2 + record.length * 3)
        buffer.copy(larger, 0, 0, end)
        buffer = larger
      }
      const start = end
      const from = start + RECORD_AT
      buffer.write(LINE_START, start, 'latin1')
      const to = from + buffer.write(record, from)
      // The leaf is over one byte 0x00 and the record (RFC 6962 §2.1): the colon before it lends its place.
      buffer[from - 1] = 0
      const leaf = hash('sha256', buffer.subarray(from - 1, to), 'base64url')
      buffer[from - 1] = COLON
      buffer.write(leaf, start + LEAF_AT, 'latin1')
      leaves.push(leaf)
      end = to + buffer.write(LAST, to, 'latin1')
    },
    bytes: () => buffer.subarray(0, end),
    leaves: () => leaves,
    clear: () => {
      end = 0
      leaves = []
    },
  }
}
