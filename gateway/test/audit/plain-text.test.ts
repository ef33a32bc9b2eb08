import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { keptArguments, keptPaths } from '../../src/audit/kept-arguments.ts'
import { plainText, plainValue } from '../../src/audit/plain-text.ts'
import { canonicalJson } from '../../src/json/canonical.ts'
import { rawNumber } from '../../src/json/raw-number.ts'

test('H-17: whatever comes in, text is capped, well formed and without characters that a terminal acts on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.string(), (text, more) => {
      const plain = plainText(`${text}\ud800\u009b\u202e${more}`, 20)
      expect(plain.length).toBeLessThanOrEqual(20)
      expect(plain.isWellFormed()).toBe(true)
      expect(plain).not.toMatch(/[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
    }),
  )
})

test('any value has a canonical form afterwards', () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 12 }),
      (value) => {
        expect(() => canonicalJson(plainValue(value, 100))).not.toThrow()
      },
    ),
  )
})

test('RFC 6901 §4: arguments are kept by pointer, members of prototypes and raw numbers as they are', () => {
  const args = {
    market: 'DE',
    'a/b': { 'm~n': rawNumber('1e400') },
    list: [{ id: 1 }, { id: 2 }],
    empty: '',
    note: 'x'.repeat(5000),
  }
  const pointers = [
    '/market',
    '/a~1b/m~0n',
    '/list/1/id',
    '/list/01',
    '/toString',
    '/list/length',
    '/empty/0',
  ]
  const kept = keptArguments(args, keptPaths([...pointers, '/note', '/list']))
  expect(canonicalJson(kept)).toBe(
    `{"/a~1b/m~0n":1e400,"/list":[{"id":1},{"id":2}],"/list/1/id":2,"/market":"DE","/note":"${'x'.repeat(255)}…"}`,
  )
})
