import { describe, expect, test, vi } from 'vitest'
import { createLargeAnswers, SMALL_BYTES } from '../../src/call/large-answers.ts'

const MORE = SMALL_BYTES + 1
const answersFor = (places: number) =>
  createLargeAnswers(() => ({ resultBytes: 10, largeAnswersBytes: places * 10 }))
const flow = () => ({ pause: vi.fn(), resume: vi.fn() })

describe('attacks D-12: room for large answers', () => {
  test('small ones need none', () => {
    const answers = answersFor(4)
    const { pause, resume } = flow()
    for (let n = 0; n < 100; n += 1) answers.room('alice').grow(SMALL_BYTES, { pause, resume })
    expect(pause).not.toHaveBeenCalled()
    expect(answers.counts()).toEqual({ inside: 0, waiting: 0 })
  })

  test('more than there is room for are paused, and go on in order when one has left', () => {
    const answers = answersFor(4)
    const first = ['a', 'b', 'c', 'd'].map((owner) => answers.room(owner))
    for (const room of first) room.grow(MORE, flow())
    const [fifth, sixth] = [flow(), flow()]
    answers.room('e').grow(MORE, fifth)
    answers.room('f').grow(MORE, sixth)
    expect(fifth.pause).toHaveBeenCalledOnce()
    expect(answers.counts()).toEqual({ inside: 4, waiting: 2 })
    first[0]?.leave()
    first[0]?.leave()
    expect(fifth.resume).toHaveBeenCalledOnce()
    expect(sixth.resume).not.toHaveBeenCalled()
    expect(answers.counts()).toEqual({ inside: 4, waiting: 1 })
  })

  test('one owner has no more than half of it, and others pass by', () => {
    const answers = answersFor(4)
    const mine = [1, 2, 3].map(() => flow())
    for (const one of mine) answers.room('mallory').grow(MORE, one)
    expect(mine.map(({ pause }) => pause.mock.calls.length)).toEqual([0, 0, 1])
    const other = flow()
    answers.room('bob').grow(MORE, other)
    expect(other.pause).not.toHaveBeenCalled()
  })

  test('who waits and leaves takes no room', () => {
    const answers = answersFor(2)
    const rooms = ['a', 'b', 'c'].map((owner) => answers.room(owner))
    const waiting = flow()
    rooms[0]?.grow(MORE, flow())
    rooms[1]?.grow(MORE, flow())
    rooms[2]?.grow(MORE, waiting)
    rooms[2]?.leave()
    rooms[0]?.leave()
    expect(waiting.resume).not.toHaveBeenCalled()
    expect(answers.counts()).toEqual({ inside: 1, waiting: 0 })
  })
})
