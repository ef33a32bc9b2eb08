// Strings of the scan (RFC 8259 §7): where one ends, whether its escapes are well formed and its
// surrogates paired. Long stretches are jumped over by memchr: long strings cost nearly nothing.

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Bytes looked at one by one before a jump pays. */
const NEAR = 64

export class Strings {
  #bytes: Buffer = Buffer.alloc(0)
  /** The first backslash at or after the place that was asked last: found once, so jumps stay linear. */
  #backslash = -1

  begin(bytes: Buffer): void {
    this.#bytes = bytes
    this.#backslash = -1
  }

  /** `start`: behind the opening quote. Where the string ends, behind its closing quote; minus the place of a failure. */
  end(start: number): number {
    const bytes = this.#bytes
    let at = start
    let jump = start + NEAR
    for (;;) {
      const byte = bytes[at]
      if (byte === QUOTE) return at + 1
      if (byte === BACKSLASH) {
        const next = afterEscape(bytes, at)
        if (next < 0) return next
        at = next
      } else if (byte === undefined || byte < 0x20) {
        return -at
      } else if (at < jump) {
        at += 1
      } else {
        at = this.#nextOfInterest(at)
        jump = at + NEAR
      }
    }
  }

  /** The kind of a failure that `end` reported at this place. */
  failure(at: number): 'syntax' | 'surrogate' {
    if (this.#bytes[at] !== BACKSLASH || this.#bytes[at + 1] !== 0x75) return 'syntax'
    return hex4(this.#bytes, at + 2) >= 0 ? 'surrogate' : 'syntax'
  }

  #nextOfInterest(at: number): number {
    const bytes = this.#bytes
    if (this.#backslash < at) {
      const found = bytes.indexOf(BACKSLASH, at)
      this.#backslash = found < 0 ? bytes.length : found
    }
    const quote = bytes.indexOf(QUOTE, at)
    return Math.min(quote < 0 ? bytes.length : quote, this.#backslash)
  }
}

/** Behind the escape that begins at `at`, both halves of a surrogate pair together; minus `at` where it is wrong. */
function afterEscape(bytes: Buffer, at: number): number {
  const kind = bytes[at + 1]
  if (kind !== 0x75 /* u */) return kind !== undefined && SIMPLE.includes(kind) ? at + 2 : -at
  const unit = hex4(bytes, at + 2)
  if (unit < 0) return -at
  if (unit < 0xd800 || unit > 0xdfff) return at + 6
  if (unit > 0xdbff || bytes[at + 6] !== BACKSLASH || bytes[at + 7] !== 0x75) return -at
  const low = hex4(bytes, at + 8)
  return low >= 0xdc00 && low <= 0xdfff ? at + 12 : -at
}

const SIMPLE = Buffer.from('"\\/bfnrt')

function hex4(bytes: Buffer, from: number): number {
  let unit = 0
  for (let at = from; at < from + 4; at += 1) {
    const byte = bytes[at] ?? 0
    let digit = -1
    if (byte >= 0x30 && byte <= 0x39) digit = byte - 0x30
    else if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66) digit = (byte | 0x20) - 0x57
    if (digit < 0) return -1
    unit = unit * 16 + digit
  }
  return unit
}
