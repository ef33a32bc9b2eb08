import { expect, test } from 'vitest'
import { daysFrom, operatingDay } from '../../src/market-server/operating-day.ts'

test.each([
  ['Europe/Berlin', '2026-03-29', 23],
  ['Europe/Berlin', '2026-10-25', 25],
  ['Europe/Berlin', '2026-07-01', 24],
  ['Europe/London', '2026-03-29', 23],
  ['Europe/London', '2026-10-25', 25],
  ['America/New_York', '2026-03-08', 23],
  ['America/New_York', '2026-11-01', 25],
  ['America/Chicago', '2026-02-28', 24],
  ['Pacific/Auckland', '2026-09-27', 23],
  ['Pacific/Auckland', '2026-04-05', 25],
])('%s has on %s %i hours', (timeZone, day, count) => {
  const hours = operatingDay(day, timeZone)
  expect(hours).toHaveLength(count)
  expect(new Set(hours?.map(({ start }) => start)).size).toBe(count)
})

test('the hour that comes twice differs in its offset, the one that is left out is missing', () => {
  const autumn = operatingDay('2026-10-25', 'Europe/Berlin')?.slice(1, 5)
  expect(autumn?.map(({ start }) => start)).toEqual([
    '2026-10-25T01:00:00+02:00',
    '2026-10-25T02:00:00+02:00',
    '2026-10-25T02:00:00+01:00',
    '2026-10-25T03:00:00+01:00',
  ])
  const spring = operatingDay('2026-03-08', 'America/New_York')?.slice(1, 3)
  expect(spring?.map(({ start }) => start)).toEqual([
    '2026-03-08T01:00:00-05:00',
    '2026-03-08T03:00:00-04:00',
  ])
})

test.each(['2026-02-30', '2026-13-01', '26-01-01', '2026-1-1', '', 'today'])(
  'there is no day `%s`',
  (day) => {
    expect(operatingDay(day, 'Europe/Berlin')).toBeUndefined()
  },
)

test('days follow each other over the end of a month', () => {
  expect(daysFrom('2026-02-27', 3)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
})
