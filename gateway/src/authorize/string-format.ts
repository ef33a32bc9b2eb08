// Strings of a format that Cedar has a type for, in Cedar's notation and one spelling per value: datetime,
// duration, address, decimal. Stricter than the generator's own reading: what has no single exact meaning
// (a time without zone, a month as a duration, less than a millisecond) is refused, never approximated.
import { isIPv4, isIPv6 } from 'node:net'
import { decimalOf, type Inconvertible } from './number-text.ts'

export type Formatted = { readonly text: string } | Inconvertible

const DATE = /^\d{4}-\d\d-\d\d$/
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,3})0*)?(?:[Zz]|([+-])([01]\d|2[0-3]):?([0-5]\d))$/
const DURATION =
  /^P(?!$)(?:(\d{1,9})W|(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:[.,](\d{1,3})0*)?S)?)?)$/

/** RFC 3339 date or date-time, as an instant in UTC. */
export function datetimeOf(text: string): Formatted {
  const wrong = {
    why: 'is not a date or a time with a zone, to the millisecond',
    expected: 'a date `YYYY-MM-DD` or a date-time with `Z` or an offset (RFC 3339)',
  }
  if (DATE.test(text)) return isDay(text) ? { text } : wrong
  const [, day, hour, minute, second, fraction = '', sign, zoneHour = '0', zoneMinute = '0'] =
    DATE_TIME.exec(text) ?? []
  if (day === undefined || !isDay(day)) return wrong
  const offsetMinutes = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -1 : 1)
  const localMs = Date.parse(`${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}Z`)
  const instant = new Date(localMs - offsetMinutes * 60_000).toISOString()
  return instant.length === 24 ? { text: instant } : wrong
}

/** ISO 8601 duration of weeks, days, hours, minutes and seconds. */
export function durationOf(text: string): Formatted {
  const parts = DURATION.exec(text)
  if (parts === null) {
    return {
      why: 'is not a duration of a fixed length',
      expected: 'an ISO 8601 duration of weeks, days, hours, minutes or seconds',
    }
  }
  const [weeks, days, hours, minutes, seconds] = parts.slice(1, 6).map(bigintOf)
  const total =
    ((((weeks! * 7n + days!) * 24n + hours!) * 60n + minutes!) * 60n + seconds!) * 1000n +
    bigintOf((parts[6] ?? '').padEnd(3, '0'))
  return { text: `${total}ms` }
}

/** An IPv4 or IPv6 address; IPv4 inside IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address. */
export function ipaddrOf(text: string): Formatted {
  if (isIPv4(text)) return { text }
  if (!isIPv6(text) || text.includes('%')) {
    return { why: 'is not an address', expected: 'one IPv4 or IPv6 address' }
  }
  const address = new URL(`http://[${text}]`).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(address) ?? []
  if (high === undefined || low === undefined) return { text: address }
  const bits = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return { text: bits.flatMap((word) => [word >> 8, word & 255]).join('.') }
}

/** A decimal written as a string; the notation is Cedar's. */
export function decimalTextOf(text: string): Formatted {
  const wrong = {
    why: 'is not a decimal of 1 to 4 places',
    expected: 'a decimal such as `12.50`, with 1 to 4 places',
  }
  if (!/^-?(0|[1-9]\d*)\.\d{1,4}$/.test(text)) return wrong
  const decimal = decimalOf(text)
  return typeof decimal === 'string' ? { text: decimal } : wrong
}

/** Zero where the group did not take part. */
function bigintOf(digits: string | undefined): bigint {
  return BigInt(digits ?? '0')
}

function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}
