import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commitment } from '../../src/audit/commitment.ts'
import { keptArguments, keptPaths } from '../../src/audit/kept-arguments.ts'
import { exactArguments } from '../../src/audit/known-arguments.ts'
import { canonicalJson } from '../../src/json/canonical.ts'
import { rawNumber } from '../../src/json/raw-number.ts'
import type { JsonObject } from '../../src/json/value.ts'

const SALT = 'c2FsdA'
const SEQUENCE = 7

/** As the writer records arguments. */
function recorded(args: JsonObject, pointers: readonly string[]): JsonObject {
  return {
    bytes: Buffer.byteLength(JSON.stringify(args)),
    digest: commitment(SALT, `arguments:${SEQUENCE}`, canonicalJson(args)),
    ...(pointers.length === 0 ? {} : { kept: keptArguments(args, keptPaths(pointers)) }),
  }
}
const known = (args: JsonObject, pointers: readonly string[], salt: string | undefined = SALT) =>
  exactArguments(recorded(args, pointers), salt, SEQUENCE)

describe('policy-audit §1.4: what a record tells of arguments', () => {
  test('kept arguments whose digest is that of all are all', () => {
    expect(known({ a: 1, b: 'x' }, ['/a', '/b', '/c'])).toEqual({
      args: { a: 1, b: 'x' },
      known: 'all',
    })
    expect(known({}, [])).toEqual({ args: {}, known: 'all' })
    const exact = { n: rawNumber('9007199254740993') }
    expect(known(exact, ['/n']).known).toBe('all')
  })

  test('of others the kept paths are known, and nothing else', () => {
    expect(known({ a: 1, b: 'x', o: { p: 2, q: 3 } }, ['/a', '/o/p'])).toEqual({
      args: { a: 1, o: { p: 2 } },
      known: [['a'], ['o', 'p']],
    })
    expect(known({ a: 1 }, [])).toEqual({ args: {}, known: [] })
  })

  test('without the salt of a person who was forgotten nothing is proven to be all', () => {
    const forgotten = exactArguments(recorded({ a: 1 }, ['/a']), undefined, SEQUENCE)
    expect(forgotten).toEqual({ args: { a: 1 }, known: [['a']] })
  })

  test('what the log shortened or cleaned is not taken for the value', () => {
    for (const value of ['x'.repeat(300), 'a\u202eb', 'y'.repeat(2000)]) {
      expect(known({ a: value, b: 1 }, ['/a'])).toEqual({ args: {}, known: [] })
    }
  })

  test('whatever is said to be known is the value of the call', () => {
    const values = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonObject[string]>
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), values),
        fc.subarray(['/a', '/b', '/a/b', '/c/0', '/b/a/c']),
        (args, pointers) => {
          const told = known(args, pointers)
          if (told.known === 'all') {
            expect(canonicalJson(told.args)).toBe(canonicalJson(args))
            return
          }
          for (const path of told.known) {
            expect(at(told.args, path)).toEqual(at(args, path))
          }
        },
      ),
    )
  })
})

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (inner as Record<string, unknown> | undefined)?.[name],
    value,
  )
}
