// One look at the bytes of a record: whether they are surely in canonical form (RFC 8785), and the members that
// every record has. No value is built, so that a log is verified faster than it was written. What is not plain
// (escapes, text beyond ASCII, numbers of many digits) is left to the strict reader (verify-line.ts), which has the
// last word on everything that is not sure here.
import type { VerifiedRecord } from './verify-line.ts'

const MAX_DEPTH = 32
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
/** 1: stands in a string as it is. */
const PLAIN = new Uint8Array(256).map((_, byte) =>
  byte >= 0x20 && byte < 0x7f && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
)
const ZERO = 0x30
const NINE = 0x39
/** So many digits have one shortest form, and it is the one that was written. */
const MAX_DIGITS = 15
const MAX_FRACTION = 5

/** Where the value of a member begins and ends; `end` is 0 where it is not there. */
type Place = { start: number; end: number }
const MEMBERS = ['instance', 'intent', 'kind', 'sequence', 'time', 'version'] as const
type Member = (typeof MEMBERS)[number]

export type Scan = (record: Buffer) => VerifiedRecord | undefined

/** The members of a record that is surely in canonical form; `undefined`: ask the strict reader. */
export function createScan(): Scan {
  const names = MEMBERS.map((member) => Buffer.from(member))
  const places: Place[] = MEMBERS.map(() => ({ start: 0, end: 0 }))
  const place = Object.fromEntries(MEMBERS.map((member, n) => [member, places[n]])) as Record<
    Member,
    Place
  >
  let bytes: Buffer = Buffer.alloc(0)
  let instanceText = ''
  let instanceBytes = Buffer.alloc(0)

  /** Each returns the position behind what it read, or −1 where it is not sure. */
  const value = (at: number, depth: number): number => {
    switch (bytes[at] as number) {
      case QUOTE:
        return string(at)
      case 0x7b:
        return depth === MAX_DEPTH ? -1 : object(at, depth + 1)
      case 0x5b:
        return depth === MAX_DEPTH ? -1 : array(at, depth + 1)
      case 0x74:
        return word(at, 'true')
      case 0x66:
        return word(at, 'false')
      case 0x6e:
        return word(at, 'null')
      default:
        return number(at)
    }
  }

  const string = (at: number): number => {
    const within = bytes
    let n = at + 1
    while (PLAIN[within[n] as number] === 1) n += 1
    return within[n] === QUOTE ? n + 1 : -1
  }

  const number = (at: number): number => {
    let n = bytes[at] === 0x2d ? at + 1 : at
    const start = n
    while (digit(n)) n += 1
    const whole = n - start
    if (whole === 0 || (whole > 1 && bytes[start] === ZERO)) return -1
    let digits = whole
    if (bytes[n] === 0x2e) {
      const point = n
      n += 1
      while (digit(n)) n += 1
      const fraction = n - point - 1
      if (fraction === 0 || fraction > MAX_FRACTION || bytes[n - 1] === ZERO) return -1
      digits += fraction
    } else if (start !== at && bytes[start] === ZERO) return -1
    const next = bytes[n]
    return digits > MAX_DIGITS || next === 0x65 || next === 0x45 ? -1 : n
  }

  const digit = (at: number): boolean => {
    const byte = bytes[at] as number
    return byte >= ZERO && byte <= NINE
  }

  const word = (at: number, expected: string): number => {
    for (let n = 0; n < expected.length; n += 1) {
      if (bytes[at + n] !== expected.charCodeAt(n)) return -1
    }
    return at + expected.length
  }

  const array = (at: number, depth: number): number => {
    if (bytes[at + 1] === 0x5d) return at + 2
    let n = at
    do {
      n = value(n + 1, depth)
      if (n < 0) return -1
    } while (bytes[n] === COMMA)
    return bytes[n] === 0x5d ? n + 1 : -1
  }

  const object = (at: number, depth: number): number => {
    if (bytes[at + 1] === 0x7d) return at + 2
    let n = at
    let before = 0
    let beforeEnd = 0
    do {
      const name = n + 1
      if (bytes[name] !== QUOTE) return -1
      const nameEnd = string(name)
      if (nameEnd < 0 || bytes[nameEnd] !== COLON) return -1
      if (beforeEnd > 0 && !isBefore(before, beforeEnd, name, nameEnd)) return -1
      n = value(nameEnd + 1, depth)
      if (n < 0) return -1
      if (depth === 1) note(name, nameEnd, n)
      before = name
      beforeEnd = nameEnd
    } while (bytes[n] === COMMA)
    return bytes[n] === 0x7d ? n + 1 : -1
  }

  /** Names with their quotes: of plain ASCII, the order of bytes is that of UTF-16 code units. */
  const isBefore = (a: number, aEnd: number, b: number, bEnd: number): boolean => {
    const [aLast, bLast] = [aEnd - 1, bEnd - 1]
    let n = 1
    while (a + n < aLast && b + n < bLast) {
      const difference = (bytes[a + n] as number) - (bytes[b + n] as number)
      if (difference !== 0) return difference < 0
      n += 1
    }
    return aLast - a < bLast - b
  }

  const note = (name: number, nameEnd: number, end: number): void => {
    for (let n = 0; n < names.length; n += 1) {
      const member = names[n] as Buffer
      if (nameEnd - name - 2 !== member.length || bytes[name + 1] !== member[0]) continue
      if (bytes.compare(member, 0, member.length, name + 1, nameEnd - 1) !== 0) continue
      const found = places[n] as Place
      found.start = nameEnd + 1
      found.end = end
    }
  }

  const textAt = ({ start, end }: Place): string | undefined =>
    end > start + 1 && bytes[start] === QUOTE
      ? bytes.toString('latin1', start + 1, end - 1)
      : undefined
  /** Natural numbers alone. */
  const numberAt = ({ start, end }: Place): number | undefined => {
    if (end === start) return undefined
    let natural = 0
    for (let n = start; n < end; n += 1) {
      if (!digit(n)) return undefined
      natural = natural * 10 + (bytes[n] as number) - ZERO
    }
    return natural
  }
  /** Nearly all records of a file have the same. */
  const instanceAt = (found: Place): string | undefined => {
    const { start, end } = found
    const same =
      end - start - 2 === instanceBytes.length &&
      bytes.compare(instanceBytes, 0, instanceBytes.length, start + 1, end - 1) === 0
    if (same) return instanceText
    const text = textAt(found)
    if (text === undefined) return undefined
    instanceText = text
    instanceBytes = Buffer.from(text)
    return text
  }

  return (record) => {
    bytes = record
    for (const found of places) found.end = found.start = 0
    if (bytes[0] !== 0x7b || object(0, 1) !== bytes.length) return undefined
    const kind = textAt(place.kind)
    const instance = instanceAt(place.instance)
    const sequence = numberAt(place.sequence)
    const whole =
      kind !== undefined &&
      instance !== undefined &&
      sequence !== undefined &&
      bytes[place.time.start] === QUOTE &&
      numberAt(place.version) !== undefined
    if (!whole) return undefined
    const { start, end } = place.intent
    const intent = end === 0 ? undefined : referenceIn(bytes.toString('latin1', start, end))
    return { kind, instance, sequence, intent }
  }
}

const REFERENCE = /^\{"instance":"([^"]*)","sequence":(\d+)\}$/

function referenceIn(text: string): VerifiedRecord['intent'] {
  const found = REFERENCE.exec(text)
  return found === null ? undefined : { instance: String(found[1]), sequence: Number(found[2]) }
}
