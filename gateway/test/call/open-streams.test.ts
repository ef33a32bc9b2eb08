import { describe, expect, test, vi } from 'vitest'
import type { Permit } from '../../src/authorize/permit.ts'
import { createOpenStreams, type Owner } from '../../src/call/open-streams.ts'
import { identity } from '../authorize/world.ts'

const permit = (requestId: string) => ({ requestId }) as Permit
const of =
  (...ids: string[]) =>
  ({ permit: owned }: Owner) =>
    owned !== undefined && ids.includes(owned.requestId)

describe('calls under way', () => {
  test('a stream ends when its permit goes, once, and no other does', () => {
    const streams = createOpenStreams()
    const [ended, other] = [vi.fn(), vi.fn()]
    streams.follow(permit('a'), ended).streams()
    streams.follow(permit('b'), other).streams()
    expect(streams.count()).toBe(2)
    expect([streams.endWhere(of('a')), streams.endWhere(of('a'))]).toEqual([1, 0])
    expect([ended.mock.calls.length, other.mock.calls.length]).toEqual([1, 0])
  })

  test('a call that waits for its answer is left alone, and ends when it becomes a stream', () => {
    const streams = createOpenStreams()
    const end = vi.fn()
    const call = streams.follow(permit('a'), end)
    expect([call.isGone(), streams.count()]).toEqual([false, 0])
    expect(streams.endWhere(of('a'))).toBe(0)
    expect([call.isGone(), end.mock.calls.length]).toEqual([true, 0])
    call.streams()
    expect(end).toHaveBeenCalledOnce()
  })

  test('a call that is over is forgotten', () => {
    const streams = createOpenStreams()
    const end = vi.fn()
    const call = streams.follow(permit('a'), end)
    call.streams()
    call.close()
    expect([streams.endWhere(() => true), streams.count(), end.mock.calls.length]).toEqual([
      0, 0, 0,
    ])
  })
})

describe('protocol §8: what somebody listens to', () => {
  const most = { all: 10, perPrincipal: 8 }
  const done = (forget: unknown): void => {
    if (typeof forget === 'function') forget()
  }

  test('ends when its owner may no longer listen, and counts as a stream until it is forgotten', () => {
    const streams = createOpenStreams()
    const end = vi.fn()
    const forget = streams.listen(identity('alice'), end, most)
    expect([streams.count(), streams.listening()]).toEqual([1, 1])
    expect(streams.endWhere(({ permit: owned }) => owned === undefined)).toBe(1)
    expect(end).toHaveBeenCalledOnce()
    done(forget)
    expect([streams.count(), streams.listening()]).toEqual([0, 0])
  })

  test('D-06: is eight streams of one principal at most, and so many of all together', () => {
    const streams = createOpenStreams()
    const listen = (who: string) => streams.listen(identity(who), vi.fn(), most)
    const eight = Array.from({ length: 8 }, () => listen('alice'))
    expect(eight.every((forget) => typeof forget === 'function')).toBe(true)
    expect(listen('alice')).toBe('this principal')
    expect([typeof listen('bob'), typeof listen('bob')]).toEqual(['function', 'function'])
    expect(listen('carol')).toBe('everybody')
    done(eight[0])
    done(eight[0])
    expect(typeof listen('carol')).toBe('function')
    expect(listen('dave')).toBe('everybody')
  })
})
