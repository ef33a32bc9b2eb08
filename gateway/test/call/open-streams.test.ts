import { describe, expect, test, vi } from 'vitest'
import type { Permit } from '../../src/authorize/permit.ts'
import { createOpenStreams } from '../../src/call/open-streams.ts'

const permit = (requestId: string) => ({ requestId }) as Permit
const of =
  (...ids: string[]) =>
  ({ requestId }: Permit) =>
    ids.includes(requestId)

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
