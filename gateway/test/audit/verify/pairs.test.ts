import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPairs } from '../../../src/audit/verify/pairs.ts'

const MIB = 1024 * 1024

/** Bytes of buffers that are there after it and were not before. */
function kept<Made>(make: () => Made): { readonly made: Made; readonly bytes: number } {
  const before = process.memoryUsage().arrayBuffers
  const made = make()
  return { made, bytes: process.memoryUsage().arrayBuffers - before }
}

test('policy-audit §2.4: intents without an outcome are found, wherever they are', () => {
  const numbers = fc.uniqueArray(fc.nat(20_000), { maxLength: 60 })
  fc.assert(
    fc.property(numbers, fc.infiniteStream(fc.boolean()), (intents, ends) => {
      const pairs = createPairs().of('one')
      const ended = intents.filter(() => ends.next().value)
      for (const sequence of intents) pairs.intent(sequence)
      for (const sequence of ended) {
        expect([pairs.outcome(sequence), pairs.outcome(sequence)]).toEqual([true, false])
      }
      const left = intents.filter((sequence) => !ended.includes(sequence))
      expect([...pairs.open()]).toEqual(left.toSorted((one, other) => one - other))
      expect(intents.every(pairs.hasIntent)).toBe(true)
      expect(pairs.hasIntent(30_000)).toBe(false)
    }),
  )
})

test('a log of many records is held, each of them', () => {
  const { read, of } = createPairs()
  const pairs = of('one')
  for (let first = 0; first < 6_000_000; first += 100_000) {
    read(100_000)
    for (let at = first; at < first + 100_000; at += 1000) pairs.intent(at)
  }
  expect([...pairs.open()]).toHaveLength(6000)
})

test('D-06: a number that a line claims costs no memory', () => {
  const { bytes } = kept(() => {
    const { of } = createPairs()
    for (const power of [20, 30, 31, 32, 40, 52]) of('one').intent(2 ** power)
    return of('one').outcome(2 ** 53 - 1)
  })
  expect(bytes).toBeLessThan(MIB)
})

test('D-06: nor do numbers far apart, and instances that nobody has, in every line', () => {
  const { bytes } = kept(() => {
    const { of, read } = createPairs()
    for (let line = 0; line < 20_000; line += 1) {
      read(1)
      of('one').intent(line * 1_000_000)
      of(`instance ${line}`).outcome(line)
    }
    return of
  })
  expect(bytes).toBeLessThan(4 * MIB)
})
