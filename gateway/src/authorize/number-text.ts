// JSON numbers to Cedar's two number types, exactly, from their text: a 64-bit Long, or a decimal of four
// places. What does not fit is refused, never rounded (policy-audit §1.1 rule 5, attacks M-28).
import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs'

/** Why a value has no counterpart in Cedar, in words that follow the name of the path. */
export type Inconvertible = { readonly why: string; readonly expected: string }

const LONG = 'an integer between -9223372036854775808 and 9223372036854775807'
const DECIMAL =
  'a number with at most 4 decimal places between -922337203685477.5808 and 922337203685477.5807'
const MAX = 9_223_372_036_854_775_807n
const MIN = -MAX - 1n
/** Digits that a 64-bit integer can have: more need not be multiplied out to be refused. */
const DIGITS = 19

/** The integer that `text` (RFC 8259 §6) denotes; `1.0` and `1e2` are integers. */
export function longOf(text: string): bigint | Inconvertible {
  return scaled(text, 0, { why: 'is not an integer of 64 bits', expected: LONG })
}

/** `text` in Cedar's notation for decimals, always the same for the same number. */
export function decimalOf(text: string): string | Inconvertible {
  const tenThousandths = scaled(text, 4, {
    why: 'does not fit a decimal of 4 places',
    expected: DECIMAL,
  })
  if (typeof tenThousandths !== 'bigint') return tenThousandths
  const sign = tenThousandths < 0n ? '-' : ''
  const digits = String(sign === '' ? tenThousandths : -tenThousandths).padStart(5, '0')
  return `${sign}${digits.slice(0, -4)}.${digits.slice(-4)}`
}

/**
 * A Long for the engine. Its interface takes numbers of JavaScript only; beyond 2^53 the exact value goes
 * in as the milliseconds of a duration, which the engine computes back into the same Long.
 */
export function cedarLong(value: bigint): CedarValueJson {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  const duration = { __extn: { fn: 'duration', args: [`${value}ms`] } }
  return { __extn: { fn: 'toMilliseconds', args: [duration] } }
}

/** The number times 10^`places`, where that is an integer of 64 bits. */
function scaled(text: string, places: number, otherwise: Inconvertible): bigint | Inconvertible {
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  if (whole === undefined) return otherwise
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return 0n
  const zeros = Number(exponent) + places - fraction.length + (digits.length - significant.length)
  if (zeros < 0 || significant.length + zeros > DIGITS) return otherwise
  const value = BigInt(`${sign}${significant}${'0'.repeat(zeros)}`)
  return value < MIN || value > MAX ? otherwise : value
}
