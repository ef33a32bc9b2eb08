import { expect, it, vi, beforeEach, afterEach } from 'vitest'
import { createDeadlines } from '../../src/net/deadlines.ts'

let now = 0
const clock = { wallMs: () => 0, monotonicMs: () => now }
beforeEach(() => {
  now = 0
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})
function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 10) {
    now += 10
    vi.advanceTimersByTime(10)
  }
}

it('performance §3: many deadlines share one timer, which stops when none is left', () => {
  const deadlines = createDeadlines(clock)
  const expired: string[] = []
  deadlines.start(1_000, () => expired.push('a'))
  pass(500)
  const callOff = deadlines.start(1_000, () => expired.push('b'))
  deadlines.start(1_000, () => expired.push('c'))
  deadlines.start(300, () => expired.push('d'))
  expect(vi.getTimerCount()).toBe(1)
  callOff()
  pass(1_200)
  expect(expired).toEqual(['d', 'a', 'c'])
  expect(vi.getTimerCount()).toBe(0)
  deadlines.start(100, () => expired.push('e'))
  pass(300)
  expect(expired).toEqual(['d', 'a', 'c', 'e'])
})

it('a deadline may start or call off others', () => {
  const deadlines = createDeadlines(clock)
  const expired: string[] = []
  deadlines.start(100, () => {
    expired.push('first')
    callOff()
    deadlines.start(100, () => expired.push('third'))
  })
  const callOff = deadlines.start(100, () => expired.push('second'))
  pass(500)
  expect(expired).toEqual(['first', 'third'])
  deadlines.start(100, () => expired.push('never'))
  deadlines.close()
  pass(500)
  expect(expired).toEqual(['first', 'third'])
})
