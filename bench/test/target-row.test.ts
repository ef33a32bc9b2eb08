import { expect, test } from 'vitest'
import { quantile, rangeOf, renderTargets, verdictOf } from '../src/target-row.ts'

const row = { target: 'a decision', wanted: '≤ 1 µs', unit: 'µs', most: 1 }

test('the median of the passes decides, and the whole range is shown', () => {
  expect(rangeOf([3, 1, 2])).toEqual([1, 2, 3])
  expect(rangeOf([4, 1, 3, 2])).toEqual([1, 2, 4])
  expect(verdictOf({ ...row, passes: [0.4, 0.9, 7] })).toBe('kept')
  expect(verdictOf({ ...row, passes: [0.4, 1.1, 7] })).toBe('**missed**')
  expect(renderTargets([{ ...row, passes: [0.41234, 0.9, 1234.5] }])).toContain(
    '| a decision | ≤ 1 µs | 0.412 – 0.9 – 1235 µs | kept |',
  )
})

test('a lower bound is one, and both ends keep', () => {
  const rate = { target: 'verify', wanted: '≥ 200', unit: 'records/s', least: 200 }
  expect(verdictOf({ ...rate, passes: [200] })).toBe('kept')
  expect(verdictOf({ ...rate, passes: [199.9] })).toBe('**missed**')
  expect(verdictOf({ ...row, passes: [1] })).toBe('kept')
})

test('a figure that nobody set a target for has no verdict, and one that is missing keeps nothing', () => {
  expect(verdictOf({ target: 'a rate', wanted: '–', unit: '', passes: [1] })).toBe('')
  expect(verdictOf({ ...row, passes: [] })).toBe('**missed**')
  expect(quantile([], 0.5)).toBeNaN()
})
