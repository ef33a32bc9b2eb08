import * as fc from 'fast-check'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readLines } from '../../src/audit/read-lines.ts'
import { newFolder } from './made.ts'

test('lines come whole, numbered and with their ends, however they lie in the chunks', async () => {
  const path = join(newFolder(), 'file')
  const length = fc.oneof(
    fc.nat(20),
    fc.nat(700_000),
    fc.constantFrom(1_048_575, 1_048_576, 2_500_000),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(length, { maxLength: 6 }), fc.boolean(), async (lengths, ended) => {
      const texts = lengths.map((length, n) => String.fromCodePoint(97 + n).repeat(length))
      const text = texts.join('\n') + (ended && texts.length > 0 ? '\n' : '')
      writeFileSync(path, text)
      const expected = text.split('\n')
      if (expected.at(-1) === '') expected.pop()
      const seen: { length: number; number: number; end: number }[] = []
      for await (const lines of readLines(path)) {
        for (const { bytes, number, end } of lines) {
          const whole = bytes.toString()
          expect(whole === expected[number - 1] || (whole === '' && end >= 1_048_576)).toBe(true)
          seen.push({ length: bytes.length, number, end })
        }
      }
      expect(seen.map(({ number }) => number)).toEqual(expected.map((_, n) => n + 1))
      expect(seen.at(-1)?.end ?? 0).toBe(text.length)
      for (const [n, { length }] of seen.entries()) {
        const written = expected[n]?.length ?? 0
        expect(length).toBe(written < 1_048_576 ? written : 0)
      }
    }),
    { numRuns: 40 },
  )
})
