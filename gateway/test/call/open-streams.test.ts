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
  test('ends when its owner may no longer listen, and counts as a stream until it is forgotten', () => {
    const streams = createOpenStreams()
    const end = vi.fn()
    const forget = streams.listen(identity('alice'), end)
    expect(streams.count()).toBe(1)
    expect(streams.endWhere(({ permit: owned }) => owned === undefined)).toBe(1)
    expect(end).toHaveBeenCalledOnce()
    forget?.()
    expect(streams.count()).toBe(0)
  })

  test('is eight streams of one principal at most, whatever others listen to', () => {
    const streams = createOpenStreams()
    const listen = (who: string) => streams.listen(identity(who), vi.fn())
    const eight = Array.from({ length: 8 }, () => listen('alice'))
    expect(eight.every(Boolean)).toBe(true)
    expect(listen('alice')).toBeUndefined()
    expect(listen('bob')).toBeDefined()
    eight[0]?.()
    eight[0]?.()
    expect(listen('alice')).toBeDefined()
    expect(listen('alice')).toBeUndefined()
  })
})
