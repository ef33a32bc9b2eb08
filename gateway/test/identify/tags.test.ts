// tagsOf and claimAt: claims become strings that policies can match whole (policy-audit §1.2).
import { expect, test } from 'vitest'
import { claimAt, claimsOf } from '../../src/identify/claims.ts'
import { tagsOf } from '../../src/identify/tags.ts'

const tag = (value: unknown, path = 'c') =>
  tagsOf(claimsOf({ c: value } as never), { tag: path }) as ReadonlyMap<string, string>
const invalid = { refused: 'identify.invalid_claims' }

test.each([
  ['a string', 'a b', 'a b'],
  ['a boolean', true, 'true'],
  ['an integer', 7, '7'],
  ['an array, sorted and without repetition', ['b', 'a', 'b'], '|a|b|'],
  ['an empty array', [], '|'],
])('policy-audit §1.2: %s', (_name, value, expected) => {
  expect(tag(value).get('tag')).toBe(expected)
})

test.each([undefined, null])('policy-audit §1.2: %j is no tag', (value) => {
  expect(tag(value).size).toBe(0)
})

test.each([
  ['a list in disguise', '|admin|'],
  ['a value with a separator', ['a|b']],
  ['an empty value', ['']],
  ['a value of another type', ['a', 1]],
  ['an object', { a: 1 }],
  ['a float', 1.5],
])('policy-audit §1.2: %s refuses the token', (_name, value) => {
  expect(tag(value)).toMatchObject(invalid)
})

test('OIDC Core §5.6.2: a mapped claim that is to be fetched elsewhere refuses the token', () => {
  const claims = claimsOf({ _claim_names: { groups: 'src1' } })
  expect(tagsOf(claims, { tag: 'groups' })).toMatchObject(invalid)
  expect(tagsOf(claims, { tag: '/groups/0' })).toMatchObject(invalid)
  expect(tagsOf(claims, { tag: 'roles' })).toEqual(new Map())
  expect(tagsOf(claimsOf({ _claim_names: 'groups' }), { tag: 'groups' })).toEqual(new Map())
  expect(tagsOf(claimsOf({ _claim_names: null }), { tag: 'groups' })).toEqual(new Map())
})

test('RFC 6901 §4: a pointer goes through own members of objects alone', () => {
  const claims = claimsOf({ 'a/b': { '~c': 'x' }, list: ['x'], text: 'x', none: null })
  expect(claimAt(claims, '/a~1b/~0c')).toBe('x')
  expect(claimAt(claims, 'a/b')).toEqual({ '~c': 'x' })
  for (const path of [
    '/a~1b/toString',
    '/list/0',
    '/text/length',
    '/none/a',
    '/absent/a',
    'none',
  ]) {
    expect(claimAt(claims, path)).toBeUndefined()
  }
})
