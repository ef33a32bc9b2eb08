// Numbers of the scan: the grammar of RFC 8259 §6, and whether a double gives the same text back (M-28).

const MINUS = 0x2d
/** Integers of up to fifteen digits are always reproduced (2^53 has sixteen). */
const SAFE_DIGITS = 15

/** Behind the number that begins at `start`; minus the place of a failure. */
export function endOfNumber(bytes: Buffer, start: number): number {
  let at = start
  if (bytes[at] === MINUS) at += 1
  const integer = at
  at = skipDigits(bytes, at)
  if (at === integer || (bytes[integer] === 0x30 && at > integer + 1)) return -at
  if (bytes[at] === 0x2e /* . */) {
    const fraction = at + 1
    at = skipDigits(bytes, fraction)
    if (at === fraction) return -at
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45 /* e E */) {
    at += 1
    if (bytes[at] === MINUS || bytes[at] === 0x2b) at += 1
    const exponent = at
    at = skipDigits(bytes, exponent)
    if (at === exponent) return -at
  }
  return at
}

/** `undefined`: not finite as a double. */
export function isReproduced(bytes: Buffer, start: number, end: number): boolean | undefined {
  const integer = bytes[start] === MINUS ? start + 1 : start
  if (end - integer <= SAFE_DIGITS && bytes[start] !== MINUS) {
    if (skipDigits(bytes, start) === end) return true
  }
  const text = bytes.toString('latin1', start, end)
  const double = Number(text)
  if (!Number.isFinite(double)) return undefined
  return `${double}` === text
}

function skipDigits(bytes: Buffer, from: number): number {
  let at = from
  for (;;) {
    const byte = bytes[at]
    if (byte === undefined || byte < 0x30 || byte > 0x39) return at
    at += 1
  }
}
