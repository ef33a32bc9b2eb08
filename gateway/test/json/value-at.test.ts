import { expect, test } from 'vitest'
import { parseKeepingNumbers } from '../../src/json/raw-number.ts'
import { valueAt } from '../../src/json/value-at.ts'
import type { JsonValue } from '../../src/json/value.ts'

test('SEP-2243: an argument is found by the names of its members', () => {
  expect(valueAt({ order: { region: 'eu' } }, ['order', 'region'])).toBe('eu')
  expect(valueAt({ order: null }, ['order'])).toBeNull()
})

test('SEP-2243: what has no members has no argument either', () => {
  const exact = parseKeepingNumbers('1.00000000000000000001') as JsonValue
  for (const order of [['eu'], 'eu', exact, null]) {
    expect(valueAt({ order }, ['order', 'length'])).toBeUndefined()
    expect(valueAt({ order }, ['order', '0'])).toBeUndefined()
    expect(valueAt({ order }, ['order', 'rawJSON'])).toBeUndefined()
  }
})

test('SEP-2243: names that every object inherits are no arguments', () => {
  expect(valueAt({}, ['constructor'])).toBeUndefined()
  expect(valueAt({}, ['__proto__', 'toString'])).toBeUndefined()
})
