import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPressure, type Pressure } from '../../src/system/pressure.ts'

const SETTINGS = { loopDelayMs: 200, memoryPercent: 85 }
let blockedMs = 0
let usedBytes = 0
let pressure: Pressure

beforeEach(() => {
  vi.useFakeTimers()
  blockedMs = 0
  usedBytes = 0
  pressure = createPressure(() => SETTINGS, {
    clock: { wallMs: () => 0, monotonicMs: () => performance.now() + blockedMs },
    memory: () => [{ usedBytes, limitBytes: 1_000 }],
  })
})
afterEach(() => {
  pressure.close()
  vi.useRealTimers()
})

/** Turns of the loop that each take so long. */
function turns(count: number, eachMs: number): void {
  for (let turn = 0; turn < count; turn += 1) {
    blockedMs += eachMs
    vi.advanceTimersByTime(20)
  }
}

const shedOf = (requests: number) =>
  Array.from({ length: requests }, () => pressure.sheds()).filter(Boolean).length

describe('promises §5: load is shed', () => {
  test('nothing is while the loop keeps its time, nor for one long turn among good ones', () => {
    turns(100, 0)
    turns(1, 450)
    turns(100, 0)
    expect([pressure.share(), shedOf(100)]).toEqual([0, 0])
  })

  test('a growing share is while turns take longer than 200 ms, up to all', () => {
    turns(3, 300)
    expect(pressure.share()).toBeCloseTo(0.2)
    expect(shedOf(100)).toBe(20)
    turns(20, 300)
    expect(pressure.share()).toBe(1)
    expect(shedOf(10)).toBe(10)
    expect(pressure.sheds()).toBe('loop')
  })

  test('no more is, step by step, once the loop has time again', () => {
    turns(20, 300)
    turns(26, 0)
    expect(pressure.share()).toBeCloseTo(0.9)
    turns(300, 0)
    expect([pressure.share(), shedOf(100)]).toEqual([0, 0])
  })

  test('everything is while more than 85 % of the memory is taken', () => {
    usedBytes = 851
    turns(30, 0)
    expect([pressure.sheds(), pressure.share()]).toEqual(['memory', 1])
    usedBytes = 850
    turns(30, 0)
    expect(pressure.sheds()).toBeUndefined()
  })

  test('the memory of this process is far from its limit', () => {
    const own = createPressure(() => SETTINGS, {
      clock: { wallMs: () => 0, monotonicMs: () => performance.now() },
    })
    turns(30, 0)
    expect(own.sheds()).toBeUndefined()
    own.close()
  })
})
