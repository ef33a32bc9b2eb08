// One record is one line: {"leaf":"<base64url of SHA-256(0x00 ‖ record)>","record":<record in canonical form>}.
// The leaf is that of RFC 6962 §2.1, so that a tree over the records needs nothing but these lines.
import { hash } from 'node:crypto'

/** Largest record in bytes, in canonical form. */
export const MAX_RECORD_BYTES = 16 * 1024

const PREFIX = '{"leaf":"'
const MIDDLE = '","record":'
export const LEAF_LENGTH = 43
export const LEAF_AT = PREFIX.length
/** Everything before the record, with room for the leaf. */
export const LINE_START = `${PREFIX}${' '.repeat(LEAF_LENGTH)}${MIDDLE}`
export const RECORD_AT = PREFIX.length + LEAF_LENGTH + MIDDLE.length
/** A line around the largest record, without its line break. */
export const MAX_LINE_BYTES = RECORD_AT + MAX_RECORD_BYTES + 1

export type LineFailure = 'malformed_line' | 'leaf_mismatch'

/**
 * The bytes of the record in a line (without its line break) whose leaf is right. Works on bytes: text would
 * hide a flipped byte that decodes to the replacement character.
 */
export function recordIn(line: Buffer): Buffer | LineFailure {
  const end = line.length - 1
  const shaped =
    line.length > RECORD_AT &&
    line.length <= MAX_LINE_BYTES &&
    line[end] === 0x7d &&
    line.toString('latin1', 0, PREFIX.length) === PREFIX &&
    line.toString('latin1', PREFIX.length + LEAF_LENGTH, RECORD_AT) === MIDDLE
  if (!shaped) return 'malformed_line'
  const leaf = line.toString('latin1', PREFIX.length, PREFIX.length + LEAF_LENGTH)
  const record = line.subarray(RECORD_AT, end)
  scratch.set(record, 1)
  const expected = hash('sha256', scratch.subarray(0, record.length + 1), 'base64url')
  return leaf === expected ? record : 'leaf_mismatch'
}

const scratch = Buffer.alloc(MAX_RECORD_BYTES + 1)
