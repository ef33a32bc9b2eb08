import { describe, expect, test } from 'vitest'
import { createBreaker, type Breaker, type Verdict } from '../../../src/call/gate/breaker.ts'

function world() {
  let nowMs = 1_000
  const breaker = createBreaker({ wallMs: () => 0, monotonicMs: () => nowMs })
  return {
    breaker,
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

/** One call after the other; false once one does not pass. */
function calls(breaker: Breaker, verdict: Verdict, count: number): boolean {
  for (let made = 0; made < count; made += 1) {
    const ended = breaker.admit()
    if (ended === undefined) return false
    ended(verdict)
  }
  return true
}

describe('promises F-08: a breaker', () => {
  test('opens after five failures in a row, and not after four and a good answer', () => {
    const { breaker } = world()
    calls(breaker, 'bad', 4)
    calls(breaker, 'good', 1)
    calls(breaker, 'bad', 4)
    expect(breaker.state()).toBe('closed')
    calls(breaker, 'bad', 1)
    expect(breaker.state()).toBe('open')
    expect(breaker.admit()).toBeUndefined()
    expect(breaker.waitMs()).toBe(5_000)
  })

  test('opens where half of at least twenty calls in ten seconds fail, though never five in a row', () => {
    const { breaker } = world()
    for (let pair = 0; pair < 9; pair += 1) {
      calls(breaker, 'good', 1)
      calls(breaker, 'bad', 1)
    }
    expect(breaker.state()).toBe('closed')
    calls(breaker, 'good', 1)
    calls(breaker, 'bad', 1)
    expect(breaker.state()).toBe('open')
  })

  test('forgets what is older than ten seconds', () => {
    const { breaker, pass } = world()
    for (let pair = 0; pair < 9; pair += 1) {
      calls(breaker, 'good', 1)
      calls(breaker, 'bad', 1)
    }
    pass(11_000)
    calls(breaker, 'good', 1)
    calls(breaker, 'bad', 1)
    expect(breaker.state()).toBe('closed')
  })

  test('lets one probe through every five seconds; a good one closes it, a bad one does not', () => {
    const { breaker, pass } = world()
    calls(breaker, 'bad', 5)
    pass(5_000)
    expect(breaker.state()).toBe('half_open')
    const probe = breaker.admit()
    expect(breaker.admit()).toBeUndefined()
    probe?.('bad')
    expect(breaker.state()).toBe('open')
    pass(5_000)
    breaker.admit()?.('good')
    expect(breaker.state()).toBe('closed')
    expect(breaker.failures()).toBe(0)
  })

  test('a probe that hangs does not keep the next one waiting for longer than five seconds', () => {
    const { breaker, pass } = world()
    calls(breaker, 'bad', 5)
    pass(5_000)
    const hanging = breaker.admit()
    pass(5_000)
    breaker.admit()?.('good')
    expect(breaker.state()).toBe('closed')
    hanging?.('bad')
    expect(breaker.failures()).toBe(0)
  })

  test('a probe that says nothing gives its turn to the next call', () => {
    const { breaker, pass } = world()
    calls(breaker, 'bad', 5)
    pass(5_000)
    breaker.admit()?.('none')
    expect(breaker.state()).toBe('half_open')
    expect(breaker.admit()).toBeDefined()
  })

  test('does not hear calls that began before it opened, nor one call twice', () => {
    const { breaker, pass } = world()
    const early = breaker.admit()
    const twice = breaker.admit()
    twice?.('bad')
    twice?.('bad')
    calls(breaker, 'bad', 3)
    expect(breaker.state()).toBe('closed')
    calls(breaker, 'bad', 1)
    pass(1_000)
    early?.('good')
    expect(breaker.state()).toBe('open')
  })
})
