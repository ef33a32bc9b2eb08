import { describe, expect, test } from 'vitest'
import { addressRule } from '../../src/net/addresses.ts'
import { rememberAnswers } from '../../src/net/last-answer.ts'
import { BlockedAddress, guardedLookup, type Resolve } from '../../src/net/lookup.ts'

const FIRST = [{ address: '192.0.2.1', family: 4 }]
const SECOND = [{ address: '192.0.2.2', family: 4 }]

function world() {
  let nowMs = 0
  let answer: readonly { address: string; family: number }[] | Error = FIRST
  const resolve: Resolve = (_hostname, done) =>
    answer instanceof Error ? done(answer, []) : done(null, answer)
  const remembering = rememberAnswers(resolve, { wallMs: () => 0, monotonicMs: () => nowMs })
  return {
    remembering,
    set: (next: typeof answer) => {
      answer = next
    },
    advance: (seconds: number) => {
      nowMs += seconds * 1000
    },
    ask: (hostname = 'target.example') => {
      let answered: unknown
      remembering(hostname, (error, addresses) => {
        answered = error ?? addresses
      })
      return answered
    },
  }
}

describe('promises F-23: names of targets', () => {
  test('the last good answer is used for 60 s after the first failure, and no longer', () => {
    const { ask, set, advance } = world()
    expect(ask()).toBe(FIRST)
    const away = new Error('EAI_AGAIN')
    set(away)
    advance(600)
    expect(ask()).toBe(FIRST)
    advance(60)
    expect(ask()).toBe(FIRST)
    advance(0.1)
    expect(ask()).toBe(away)
  })

  test('every good answer takes the place of the former one', () => {
    const { ask, set, advance } = world()
    ask()
    set(SECOND)
    advance(50)
    expect(ask()).toBe(SECOND)
    set(new Error('EAI_AGAIN'))
    advance(50)
    expect(ask()).toBe(SECOND)
  })

  test('an answer of hours ago is none', () => {
    const { ask, set, advance } = world()
    ask()
    const away = new Error('EAI_AGAIN')
    set(away)
    advance(3_601)
    expect(ask()).toBe(away)
  })

  test('one name says nothing about another', () => {
    const { ask, set } = world()
    ask()
    const away = new Error('EAI_AGAIN')
    set(away)
    expect(ask('other.example')).toBe(away)
  })

  test('H-11: a remembered address is judged again', () => {
    const { remembering, ask, set } = world()
    set([{ address: '127.0.0.1', family: 4 }])
    ask()
    set(new Error('EAI_AGAIN'))
    let failure: unknown
    guardedLookup(addressRule([]), remembering)('target.example', {}, (error) => {
      failure = error
    })
    expect(failure).toBeInstanceOf(BlockedAddress)
  })
})
