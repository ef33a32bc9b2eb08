// Operating days: a calendar day of a market's own time zone, so 23, 24 or 25 hours where clocks change.
// Hours are counted on the universal clock; the local offset is written beside each.

export type Hour = {
  /** 1 … 23, 24 or 25. */
  readonly hour: number
  readonly startMs: number
  /** Local time with its offset: the two hours of the autumn change differ in it. */
  readonly start: string
}

const HOUR_MS = 3_600_000

/** The hours of `day` (YYYY-MM-DD), or `undefined` if there is no such day. */
export function operatingDay(day: string, timeZone: string): readonly Hour[] | undefined {
  const midnight = parseDay(day)
  if (midnight === undefined) return undefined
  const startMs = localMidnight(midnight, timeZone)
  const endMs = localMidnight(midnight + 24 * HOUR_MS, timeZone)
  const hours: Hour[] = []
  for (let ms = startMs; ms < endMs; ms += HOUR_MS) {
    hours.push({ hour: hours.length + 1, startMs: ms, start: localText(ms, timeZone) })
  }
  return hours
}

/** `day` and the days after it, as YYYY-MM-DD. */
export function daysFrom(day: string, count: number): readonly string[] {
  const first = parseDay(day)
  if (first === undefined) return []
  return Array.from({ length: count }, (_, index) =>
    new Date(first + index * 24 * HOUR_MS).toISOString().slice(0, 10),
  )
}

function parseDay(day: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined
  const ms = Date.parse(`${day}T00:00:00Z`)
  const exists = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day)
  return exists ? ms : undefined
}

// The offset is asked at the guess, then once more at the instant that the first answer leads to.
function localMidnight(wallMs: number, timeZone: string): number {
  const guess = wallMs - offsetMs(wallMs, timeZone)
  return wallMs - offsetMs(guess, timeZone)
}

function offsetMs(ms: number, timeZone: string): number {
  const parts = new Map(
    formatter(timeZone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type))
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  return wall - Math.floor(ms / 1000) * 1000
}

function localText(ms: number, timeZone: string): string {
  const offset = offsetMs(ms, timeZone)
  const wall = new Date(ms + offset).toISOString().slice(0, 19)
  const minutes = Math.abs(offset) / 60_000
  const two = (value: number) => `${Math.floor(value)}`.padStart(2, '0')
  return `${wall}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  formatters.set(timeZone, made)
  return made
}
