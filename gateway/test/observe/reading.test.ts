import { expect, test, vi } from 'vitest'
import { createHealth } from '../../src/observe/health.ts'
import { createReading } from '../../src/observe/reading.ts'

test('ux §7: the check is degraded while one of the lists cannot be read, and up again once all can', () => {
  const health = createHealth()
  const warn = vi.fn()
  const reading = createReading(health.check('store'), { warn })
  const [revocations, disabled] = [reading('one list'), reading('another list')]
  const state = () => health.reports().map(({ state, reason }) => [state, reason])
  revocations()
  expect(state()).toEqual([['up', undefined]])
  revocations(new Error('away'))
  disabled(new Error('away'))
  expect(state()).toEqual([['degraded', 'one list and another list cannot be read']])
  expect(health.ready()).toBe(true)
  revocations()
  expect(state()).toEqual([['degraded', 'another list cannot be read']])
  disabled()
  expect(state()).toEqual([['up', undefined]])
  expect(warn).toHaveBeenCalledTimes(2)
})
