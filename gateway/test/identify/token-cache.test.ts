// The cache of verified tokens (oauth §8, attacks J-18) and the one object per principal.
import { expect, test } from 'vitest'
import { Identity } from '../../src/identify/identity.ts'
import type { Principal } from '../../src/identify/identity.ts'
import { createPrincipals } from '../../src/identify/principals.ts'
import { createTokenCache } from '../../src/identify/token-cache.ts'
import { START_SECONDS, testClock } from './world.ts'

const principal = (fingerprint: string): Principal => ({
  kind: 'person',
  issuer: 'i',
  clientId: 'c',
  subject: fingerprint,
  tenant: undefined,
  tags: new Map(),
  fingerprint,
})
const identity = (life: number) =>
  new Identity({
    principal: principal('p'),
    tokenHash8: '00000000',
    jti: undefined,
    sid: undefined,
    grant: undefined,
    scopes: new Set(),
    issuedAtSeconds: START_SECONDS,
    expiresAtSeconds: START_SECONDS + life,
    authTimeSeconds: undefined,
    acr: undefined,
    amr: [],
    keysStale: false,
  })

test('J-18: issuer, audience and profile are each a dimension of the key', () => {
  const cache = createTokenCache(testClock(), 10)
  const tuples = [
    ['i', 'a', 'p'],
    ['i2', 'a', 'p'],
    ['i', 'a2', 'p'],
    ['i', 'a', 'p2'],
    ['i","a', '', 'p'],
  ] as [string, string, string][]
  const partitions = tuples.map((tuple) => cache.partition(...tuple))
  expect(new Set(partitions).size).toBe(tuples.length)
  expect(tuples.map((tuple) => cache.partition(...tuple))).toEqual(partitions)
  cache.add('hash', partitions[0] as string, identity(600), START_SECONDS)
  expect(cache.get('hash', partitions[0] as string)).toBeDefined()
  for (const partition of partitions.slice(1)) expect(cache.get('hash', partition)).toBeUndefined()
  expect(cache.get('hash2', partitions[0] as string)).toBeUndefined()
})

test('J-18: an entry lives a minute, less where the token does, and not at all past expiry', () => {
  const clock = testClock()
  const cache = createTokenCache(clock, 10)
  cache.add('long', ':0', identity(600), START_SECONDS)
  cache.add('short', ':0', identity(10), START_SECONDS)
  cache.add('gone', ':0', identity(0), START_SECONDS)
  expect(cache.size()).toBe(2)
  clock.advance(10)
  expect(cache.get('short', ':0')).toBeUndefined()
  expect(cache.get('long', ':0')).toBeDefined()
  clock.advance(50)
  expect(cache.get('long', ':0')).toBeUndefined()
  expect(cache.size()).toBe(0)
})

test('D-13: the cache is bounded, and what was used last stays', () => {
  const clock = testClock()
  const cache = createTokenCache(clock, 2)
  cache.add('a', ':0', identity(600), START_SECONDS)
  cache.add('b', ':0', identity(600), START_SECONDS)
  clock.advance(1)
  cache.get('a', ':0')
  cache.add('c', ':0', identity(600), START_SECONDS)
  expect(cache.get('b', ':0')).toBeUndefined()
  expect(cache.get('a', ':0')).toBeDefined()
  cache.purge('a', ':0')
  expect(cache.get('a', ':0')).toBeUndefined()
})

test('architecture §3: principals are one object each, bounded, the longest unseen forgotten first', () => {
  const principals = createPrincipals(2)
  const first = principals.intern(principal('1'))
  principals.intern(principal('2'))
  expect(principals.intern(principal('1'))).toBe(first)
  principals.intern(principal('3'))
  expect([...principals.all()].map((one) => one.fingerprint)).toEqual(['1', '3'])
})
