import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBuckets, type Rate } from '../../../src/authorize/limits/gcra.ts'

const rates = fc.record({
  perMinute: fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 1_000_000 })),
  burst: fc.integer({ min: 1, max: 20 }),
})
/** Milliseconds between one call and the next; a clock has parts of a millisecond. */
const pauses = (perMinute: number) =>
  fc.array(
    fc.oneof(
      fc.constant(0),
      fc.double({ min: 0, max: 180_000 / perMinute, noNaN: true }),
      fc.integer({ min: 0, max: Math.ceil(60_000 / perMinute) }),
    ),
    { maxLength: 60 },
  )
const cases = rates.chain((rate) => fc.tuple(fc.constant(rate), pauses(rate.perMinute)))
const buckets = (rate: Rate, mostKeys = 10) => createBuckets({ rate, seed: 'a', mostKeys })

describe('policy-audit §4: GCRA', () => {
  test('no window has more calls than burst + rate · time', () => {
    fc.assert(
      fc.property(cases, ([rate, gaps]) => {
        const { take } = buckets(rate)
        const passed: number[] = []
        let now = 0
        for (const gap of gaps) {
          now += gap
          if (take('k', now) === 0) passed.push(Math.floor(now))
        }
        for (const [first, from] of passed.entries()) {
          for (const [last, to] of passed.entries()) {
            if (last < first) continue
            const most = rate.burst + ((to - from) * rate.perMinute) / 60_000
            expect(last - first + 1).toBeLessThanOrEqual(most)
          }
        }
      }),
    )
  })

  test('whoever keeps to the rate is never refused', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 100 }), ({ perMinute, burst }, calls) => {
        const { take } = buckets({ perMinute, burst })
        for (let call = 0; call < calls; call += 1) {
          expect(take('k', call * Math.ceil(60_000 / perMinute))).toBe(0)
        }
      }),
    )
  })

  test('the wait is exact: then it passes, a millisecond before it does not', () => {
    fc.assert(
      fc.property(cases, ([rate, gaps]) => {
        const { take } = buckets(rate)
        let now = 0
        for (const gap of gaps) {
          now += gap
          const wait = take('k', now)
          if (wait === 0) continue
          expect(take('k', now + wait - 1)).toBeGreaterThan(0)
          now += wait
          expect(take('k', now)).toBe(0)
        }
      }),
    )
  })

  test('a refused call takes nothing', () => {
    const { take } = buckets({ perMinute: 60, burst: 1 })
    take('k', 0)
    for (let n = 0; n < 100; n += 1) expect(take('k', 500)).toBe(500)
    expect(take('k', 1000)).toBe(0)
  })

  test('two keys never share a budget while there is room', () => {
    const names = fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 10 })
    fc.assert(
      fc.property(names, (keys) => {
        const { take } = buckets({ perMinute: 1, burst: 2 })
        for (const key of keys) expect([take(key, 0), take(key, 0)]).toEqual([0, 0])
        for (const key of keys) expect(take(key, 0)).toBe(60_000)
      }),
    )
  })
})

describe('D-08: a flood of keys', () => {
  const FLOOD = 5_000

  test('is remembered up to the cap and no further', () => {
    const { take, size } = buckets({ perMinute: 1, burst: 1 }, 100)
    for (let n = 0; n < FLOOD; n += 1) take(`flood ${n}`, n)
    expect(size()).toBe(100)
  })

  test('leaves those alone who were there before', () => {
    const { take } = buckets({ perMinute: 60, burst: 2 }, 100)
    take('alice', 0)
    for (let n = 0; n < FLOOD; n += 1) take(`flood ${n}`, 0)
    expect([take('alice', 0), take('alice', 0)]).toEqual([0, 1000])
  })

  test('is forgotten when its budgets are whole again, without anybody waiting for it', () => {
    const { take, size } = buckets({ perMinute: 60, burst: 1 }, 100)
    for (let n = 0; n < FLOOD; n += 1) take(`flood ${n}`, 0)
    for (let n = 0; n < 40; n += 1) take(`later ${n}`, 2000 + n * 1000)
    expect(size()).toBeLessThan(10)
  })

  test('never widens: whatever is remembered, no key has more than burst + rate · time', () => {
    const keys = Array.from({ length: 12 }, (_, n) => `key ${n}`)
    const calls = fc.array(fc.tuple(fc.constantFrom(...keys), fc.integer({ min: 0, max: 1500 })), {
      maxLength: 200,
    })
    fc.assert(
      fc.property(calls, (made) => {
        const { take } = buckets({ perMinute: 60, burst: 2 }, 3)
        const passed = new Map<string, number[]>()
        let now = 0
        for (const [key, gap] of made) {
          now += gap
          if (take(key, now) === 0) passed.set(key, [...(passed.get(key) ?? []), now])
        }
        for (const times of passed.values()) {
          for (const [first, from] of times.entries()) {
            for (let last = first; last < times.length; last += 1) {
              const most = 2 + ((times[last] ?? 0) - from) / 1000
              expect(last - first + 1).toBeLessThanOrEqual(most)
            }
          }
        }
      }),
    )
  })
})
