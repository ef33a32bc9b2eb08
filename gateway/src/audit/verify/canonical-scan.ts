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
const MEMBERS = [
  'about',
  'instance',
  'intent',
  'kind',
  'sequence',
  'source',
  'time',
  'version',
  'who',
] as const
type Member = (typeof MEMBERS)[number]

/** `bytes` may hold more than the record, which lies from `from` to before `to`. */
export type Scan = (bytes: Buffer, from: number, to: number) => VerifiedRecord | undefined

/** The members of a record that is surely in canonical form; `undefined`: ask the strict reader. */
export function createScan(): Scan {
  const places: Place[] = MEMBERS.map(() => ({ start: 0, end: 0 }))
  const place = Object.fromEntries(MEMBERS.map((member, n) => [member, places[n]])) as Record<
    Member,
    Place
  >
  /** By length and first letter, which no two of them share. */
  const byShape: (Text & { readonly place: Place })[] = []
  for (const member of MEMBERS) {
    byShape[shapeOf(member.length, member.charCodeAt(0))] = {
      ...textOf(member),
      place: place[member],
    }
  }
  let bytes: Buffer = Buffer.alloc(0)
  let instance: Text = textOf('')
  const kinds: Text[] = []

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
    const member = byShape[shapeOf(nameEnd - name - 2, bytes[name + 1] as number)]
    if (member === undefined || !isAt(member, name + 1, nameEnd - 1)) return
    member.place.start = nameEnd + 1
    member.place.end = end
  }

  const isAt = ({ bytes: expected }: Text, start: number, end: number): boolean => {
    if (end - start !== expected.length) return false
    for (let n = 0; n < expected.length; n += 1) if (bytes[start + n] !== expected[n]) return false
    return true
  }
  /** The text without its quotes; few different ones stand in a log, so it is made once. */
  const textAt = ({ start, end }: Place, known: Text[]): Text | undefined => {
    if (end <= start + 1 || bytes[start] !== QUOTE) return undefined
    const found = known.find((one) => isAt(one, start + 1, end - 1))
    if (found !== undefined) return found
    const made = textOf(bytes.toString('latin1', start + 1, end - 1))
    if (known.length < MAX_KNOWN) known.push(made)
    return made
  }
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
  /** `{"instance":"…","sequence":…}`, mostly of the instance whose record it is. */
  const referenceAt = ({ start, end }: Place): VerifiedRecord['intent'] => {
    const from = start + REFERENCE_START.bytes.length
    const to = from + instance.bytes.length
    const number = to + REFERENCE_MIDDLE.bytes.length
    const ours =
      isAt(REFERENCE_START, start, from) &&
      isAt(instance, from, to) &&
      isAt(REFERENCE_MIDDLE, to, number)
    const sequence = ours ? numberAt({ start: number, end: end - 1 }) : undefined
    if (sequence !== undefined) return { instance: instance.text, sequence }
    return referenceIn(bytes.toString('latin1', start, end))
  }

  /** The same person from the same address is a text that was made before. */
  const people = (): string | undefined => {
    const { about, source, who } = place
    if (who.end === 0 && about.end === 0 && source.end === 0) return undefined
    const slot = slotOf(bytes, who.end)
    const known = about.end === 0 ? remembered[slot] : undefined
    if (known !== undefined && isSame(known.who, who) && isSame(known.source, source)) {
      return known.text
    }
    const text = `[${rawAt(about)},${rawAt(source)},${rawAt(who)}]`
    if (about.end === 0) remembered[slot] = { who: copyAt(who), source: copyAt(source), text }
    return text
  }
  const remembered: (People | undefined)[] = []
  const isSame = (expected: Buffer, { start, end }: Place): boolean =>
    expected.length === end - start && expected.compare(bytes, start, end) === 0
  const copyAt = ({ start, end }: Place): Buffer => Buffer.from(bytes.subarray(start, end))
  const rawAt = ({ start, end }: Place): string =>
    end === 0 ? 'null' : bytes.toString('latin1', start, end)

  return (whole, from, to) => {
    bytes = whole
    for (const found of places) found.end = found.start = 0
    if (bytes[from] !== 0x7b || object(from, 1) !== to) return undefined
    const kind = textAt(place.kind, kinds)
    const sequence = numberAt(place.sequence)
    const { start, end } = place.instance
    if (!isAt(instance, start + 1, end - 1)) {
      const found = textAt(place.instance, [])
      if (found === undefined) return undefined
      instance = found
    }
    const isWhole =
      kind !== undefined &&
      sequence !== undefined &&
      bytes[start] === QUOTE &&
      bytes[place.time.start] === QUOTE &&
      numberAt(place.version) !== undefined
    if (!isWhole) return undefined
    const intent = place.intent.end === 0 ? undefined : referenceAt(place.intent)
    return { kind: kind.text, instance: instance.text, sequence, intent, people: people() }
  }
}

type Text = { readonly text: string; readonly bytes: Buffer }

type People = { readonly who: Buffer; readonly source: Buffer; readonly text: string }

/** The end of `who` is the end of a commitment: its letters are as good as random. */
function slotOf(bytes: Buffer, end: number): number {
  return (((bytes[end - 4] ?? 0) & 63) << 6) | ((bytes[end - 5] ?? 0) & 63)
}

/** Kinds that are remembered; a log has few. */
const MAX_KNOWN = 64

function textOf(text: string): Text {
  return { text, bytes: Buffer.from(text, 'latin1') }
}

function shapeOf(length: number, first: number): number {
  return length > 8 ? 0 : (length << 8) | first
}

const REFERENCE_START = textOf('{"instance":"')
const REFERENCE_MIDDLE = textOf('","sequence":')
const REFERENCE = /^\{"instance":"([^"]*)","sequence":(\d+)\}$/

function referenceIn(text: string): VerifiedRecord['intent'] {
  const found = REFERENCE.exec(text)
  return found === null ? undefined : { instance: String(found[1]), sequence: Number(found[2]) }
}
