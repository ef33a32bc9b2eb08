// The JSON parser test suite's `test_parsing` files against the strict reader: y_ accept, n_ refuse, i_ either.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { DEFAULT_JSON_LIMITS, readJson } from '../../gateway/src/json/read.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(process.env['SALLYPORT_CORPUS'] ?? join(root, '../shared/corpus'), 'json')
if (!existsSync(folder)) {
  throw new Error(
    `no corpus at ${folder}: put the test_parsing files there, or name another folder in SALLYPORT_CORPUS (CONTRIBUTING.md)`,
  )
}
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
const named = (prefix: string): string[] => files.filter((name) => name.startsWith(prefix))
/** The documented deviations: valid, and refused all the same (RFC 8259 §4, §6 and §9 let readers do so). */
const DEVIATIONS: ReadonlyMap<string, string> = new Map([
  // A second member of the same name (M-02).
  ['y_object_duplicated_key.json', 'duplicate'],
  ['y_object_duplicated_key_and_value.json', 'duplicate'],
  // A number of 82 characters; the limit is 64 (D-04).
  ['y_number_double_close_to_zero.json', 'number'],
])

function read(name: string) {
  return readJson(readFileSync(join(folder, name)), DEFAULT_JSON_LIMITS)
}

describe('JSONTestSuite against the strict reader', () => {
  it('the corpus is complete: more than 300 files, every kind among them', () => {
    expect(files.length).toBeGreaterThan(300)
    expect(named('y_').length).toBeGreaterThan(90)
    expect(named('n_').length).toBeGreaterThan(180)
    expect(named('i_').length).toBeGreaterThan(30)
  })

  it.each(named('y_').filter((name) => !DEVIATIONS.has(name)))(
    '%s is accepted, with the value that JSON.parse has',
    (name) => {
      const result = read(name)
      expect(result).not.toHaveProperty('failure')
      const value = 'value' in result ? result.value : undefined
      expect(JSON.parse(JSON.stringify(value))).toEqual(
        JSON.parse(readFileSync(join(folder, name), 'utf8')),
      )
    },
  )

  it.each([...DEVIATIONS])('%s is refused as %s: a documented deviation', (name, failure) => {
    expect(read(name)).toMatchObject({ failure })
  })

  it.each(named('n_'))('%s is refused', (name) => {
    expect(read(name)).toHaveProperty('failure')
  })

  it.each(named('i_'))(
    '%s is accepted or refused, and what is accepted agrees with JSON.parse',
    (name) => {
      const result = read(name)
      if ('failure' in result) return
      expect(JSON.parse(JSON.stringify(result.value))).toEqual(
        JSON.parse(readFileSync(join(folder, name), 'utf8')),
      )
    },
  )
})
