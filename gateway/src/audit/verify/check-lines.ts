// Whole lines of a log, each looked at by itself (verify-line.ts), and of each what the whole is checked with: its
// leaf, its place, what it opens and closes. Pure and without state, so that it runs in any thread.
import { hash } from 'node:crypto'
import { createScan } from './canonical-scan.ts'
import { LEAF_AT, LEAF_LENGTH, LINE_START, MAX_LINE_BYTES, RECORD_AT, recordIn } from '../line.ts'
import { verifyLine, type LineFinding, type VerifiedRecord } from './verify-line.ts'

export type LineReference = { readonly instance: string; readonly sequence: number }

/** Lines are counted from 0 within what was checked. */
export type CheckedLines = {
  readonly lines: number
  /** 32 bytes of each line; of one that is none, what stands there is not its leaf. */
  readonly leaves: Uint8Array<ArrayBuffer>
  /** −1: the line holds no record. */
  readonly sequences: Float64Array<ArrayBuffer>
  /** Lines that hold an intent, and lines that hold an outcome with the intent that it names. */
  readonly intents: readonly number[]
  readonly outcomes: readonly { readonly line: number; readonly intent: LineReference }[]
  readonly kinds: Readonly<Record<string, number>>
  /** From which line on the records are of which instance. */
  readonly instances: readonly { readonly line: number; readonly instance: string }[]
  /** What records say about people (verify-line.ts), where they are the first here to say it. */
  readonly people: readonly { readonly line: number; readonly text: string }[]
  /** Records that say something about the log itself, as JSON text. */
  readonly notable: readonly string[]
  readonly findings: readonly (LineFinding & { readonly line: number })[]
  /** The last line lacks its line break: it may be half written, and is none yet. */
  readonly torn: boolean
}

const LEAF_BYTES = 32
const BREAK = 0x0a
const NOTABLE: ReadonlySet<string> = new Set([
  'recovery',
  'heartbeat',
  'shutdown',
  'key_changed',
  'erased',
])
const NO_LINE: LineFinding = { code: 'malformed_line', what: 'it is no line of an audit log' }

export function checkLines(bytes: Buffer): CheckedLines {
  // One line that is too long for any of ours comes without its bytes.
  if (bytes.length === 0) return { ...nothing(1), findings: [{ ...NO_LINE, line: 0 }] }
  const ends = endsOf(bytes)
  const { leaves, sequences } = nothing(ends.length)
  const intents: number[] = []
  const outcomes: { line: number; intent: LineReference }[] = []
  const kinds = new Map<string, number>()
  const instances: { line: number; instance: string }[] = []
  const people = new Map<string, number>()
  const notable: string[] = []
  const findings: (LineFinding & { line: number })[] = []
  let torn = false
  let start = 0

  for (const [line, end] of ends.entries()) {
    const ended = end < bytes.length
    const checked = checkLine(bytes, start, end)
    leaves.set(checked.leaf, line * LEAF_BYTES)
    const { record } = checked
    const at = start
    start = end + 1
    if (!ended) {
      torn = true
      continue
    }
    for (const finding of checked.findings) findings.push({ ...finding, line })
    if (record === undefined) continue
    const { kind, instance, sequence, intent, people: named } = record
    sequences[line] = sequence
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    if (instances.at(-1)?.instance !== instance) instances.push({ line, instance })
    if (named !== undefined && !people.has(named)) people.set(named, line)
    if (kind === 'intent') intents.push(line)
    else if (kind === 'outcome' && intent !== undefined) outcomes.push({ line, intent })
    else if (NOTABLE.has(kind)) notable.push(bytes.toString('utf8', at + RECORD_AT, end - 1))
  }
  const lines = torn ? ends.length - 1 : ends.length
  return {
    lines,
    leaves,
    sequences,
    intents,
    outcomes,
    kinds: Object.fromEntries(kinds),
    instances,
    people: [...people].map(([text, line]) => ({ line, text })),
    notable,
    findings,
    torn,
  }
}

const scan = createScan()
const scratch = Buffer.alloc(1 + MAX_LINE_BYTES)

type Checked = {
  readonly leaf: Uint8Array
  readonly record?: VerifiedRecord
  readonly findings: readonly LineFinding[]
}

function checkLine(bytes: Buffer, start: number, end: number): Checked {
  const leaf = leafOf(bytes, start, end)
  if (leaf !== undefined) {
    const record = scan(bytes, start + RECORD_AT, end - 1)
    if (record !== undefined) return { leaf, record, findings: NONE }
  }
  const line = bytes.subarray(start, end)
  if (leaf !== undefined) return { leaf, ...verifyLine(line) }
  // The tree is over what is there, whatever the line says about it.
  const record =
    recordIn(line) === 'leaf_mismatch' ? line.subarray(RECORD_AT, -1) : line.subarray(0, 0)
  scratch.set(record, 1)
  const hashed = hash('sha256', scratch.subarray(0, record.length + 1), 'buffer')
  return { leaf: hashed, ...verifyLine(line) }
}

/** The leaf of a line that is sure to be one of ours, with the right leaf. */
function leafOf(bytes: Buffer, start: number, end: number): Buffer | undefined {
  const colon = start + RECORD_AT - 1
  const shaped =
    end - start <= MAX_LINE_BYTES &&
    end > colon + 1 &&
    isAt(PREFIX, bytes, start) &&
    isAt(MIDDLE, bytes, start + LEAF_AT + LEAF_LENGTH) &&
    bytes[end - 1] === 0x7d
  if (!shaped) return undefined
  // The leaf is over one byte 0x00 and the record (RFC 6962 §2.1): the colon before it lends its place.
  bytes[colon] = 0
  // As text: a buffer out of the hash costs more than the hash.
  const leaf = hash('sha256', bytes.subarray(colon, end - 1), 'base64url')
  bytes[colon] = 0x3a
  const said = bytes.toString('latin1', start + LEAF_AT, start + LEAF_AT + LEAF_LENGTH)
  return leaf === said ? Buffer.from(leaf, 'base64url') : undefined
}

const PREFIX = Buffer.from(LINE_START.slice(0, LEAF_AT))
const MIDDLE = Buffer.from(LINE_START.slice(LEAF_AT + LEAF_LENGTH))
const NONE: readonly LineFinding[] = []

function isAt(expected: Buffer, bytes: Buffer, at: number): boolean {
  for (let n = 0; n < expected.length; n += 1) if (bytes[at + n] !== expected[n]) return false
  return true
}

function nothing(lines: number): CheckedLines {
  return {
    lines,
    leaves: new Uint8Array(lines * LEAF_BYTES),
    sequences: new Float64Array(lines).fill(-1),
    intents: [],
    outcomes: [],
    kinds: {},
    instances: [],
    people: [],
    notable: [],
    findings: [],
    torn: false,
  }
}

function endsOf(bytes: Buffer): number[] {
  const ends: number[] = []
  let start = 0
  for (let at = bytes.indexOf(BREAK); at >= 0; at = bytes.indexOf(BREAK, start)) {
    ends.push(at)
    start = at + 1
  }
  if (start < bytes.length) ends.push(bytes.length)
  return ends
}
