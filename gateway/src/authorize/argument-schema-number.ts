// JSON numbers compared as the decimals that they are, from their text, for argument-schema.ts: no double in between,
// and nothing multiplied out, because an exponent may be as large as somebody likes to write it (attacks M-28, D-11).
import { isRawNumber } from '../json/raw-number.ts'
import type { JsonValue, RawNumber } from '../json/value.ts'

/** ± 0.digits × 10^magnitude, without zeros at either end; zero has no digits. */
export type Decimal = {
  readonly negative: boolean
  readonly digits: string
  readonly magnitude: bigint
}

export function isNumber(value: JsonValue | undefined): value is number | RawNumber {
  return typeof value === 'number' || (value !== undefined && isRawNumber(value))
}

export function decimalOf(value: number | RawNumber): Decimal {
  const text = typeof value === 'number' ? String(value) : value.rawJSON
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const all = `${whole}${fraction}`
  const digits = all.replace(/^0+/, '')
  const leading = all.length - digits.length
  const significant = withoutZeros(digits)
  if (significant === '') return { negative: false, digits: '', magnitude: 0n }
  const magnitude = BigInt(exponent.replace('+', '')) + BigInt(whole.length - leading)
  return { negative: sign === '-', digits: significant, magnitude }
}

/** Below, at or above zero, as `a` is below, at or above `b`. */
export function compare(a: number | RawNumber, b: number | RawNumber): number {
  // What is no raw number is written as its double is: both orders are one.
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0
  const left = decimalOf(a)
  const right = decimalOf(b)
  const [l, r] = [signOf(left), signOf(right)]
  if (l !== r || l === 0) return l - r
  return l * compareSizes(left, right)
}

export function isInteger(value: number | RawNumber): boolean {
  if (typeof value === 'number') return Number.isInteger(value)
  const { digits, magnitude } = decimalOf(value)
  return magnitude >= BigInt(digits.length)
}

/** `divisor` is above zero. */
export function isMultiple(value: number | RawNumber, divisor: number | RawNumber): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) {
    return Number(value) % Number(divisor) === 0
  }
  const dividend = decimalOf(value)
  const by = decimalOf(divisor)
  if (dividend.digits === '') return true
  const modulus = BigInt(by.digits)
  const shift = exponentOf(dividend) - exponentOf(by)
  // The divisor has factors of ten that the dividend, without zeros at its end, has not.
  if (shift < 0n) return false
  return (BigInt(dividend.digits) * powerOfTen(shift, modulus)) % modulus === 0n
}

/** One text for one number, however it was written. */
export function numberText(value: number | RawNumber): string {
  const { negative, digits, magnitude } = decimalOf(value)
  return `${negative ? '-' : ''}${digits}e${magnitude}`
}

/** `/0+$/` would look for its end from every zero (attacks D-10). */
function withoutZeros(digits: string): string {
  let end = digits.length
  while (end > 0 && digits[end - 1] === '0') end -= 1
  return digits.slice(0, end)
}

function signOf({ negative, digits }: Decimal): number {
  return digits === '' ? 0 : negative ? -1 : 1
}

function exponentOf({ magnitude, digits }: Decimal): bigint {
  return magnitude - BigInt(digits.length)
}

function compareSizes(a: Decimal, b: Decimal): number {
  if (a.magnitude !== b.magnitude) return a.magnitude < b.magnitude ? -1 : 1
  return a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0
}

/** 10^exponent modulo `modulus`, by squaring. */
function powerOfTen(exponent: bigint, modulus: bigint): bigint {
  let power = 1n % modulus
  let square = 10n % modulus
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) power = (power * square) % modulus
    square = (square * square) % modulus
  }
  return power
}
