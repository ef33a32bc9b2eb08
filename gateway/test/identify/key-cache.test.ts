// The key cache of one issuer (oauth §8; promises F-02, F-03, F-12, F-18; attacks J-15, J-16, J-17).
import { describe, expect, test } from 'vitest'
import { createKeyCache } from '../../src/identify/key-cache.ts'
import type { FoundKey } from '../../src/identify/key-cache.ts'
import type { GuardedResponse } from '../../src/net/guarded-fetch.ts'
import { answer, fetchOf, ISSUER, makeKey, publish, START_SECONDS, testClock } from './world.ts'

const first = makeKey('k1')
const second = makeKey('k2')

function makeCache(options: { staleIfErrorSeconds?: number; jwksUri?: string } = {}) {
  const clock = testClock()
  const published = publish([first])
  const warnings: string[] = []
  let respond = fetchOf(published) as (url: string, use: never) => Promise<GuardedResponse>
  const cache = createKeyCache({
    issuer: ISSUER,
    jwksUri: 'jwksUri' in options ? options.jwksUri : `${ISSUER}/jwks`,
    staleIfErrorSeconds: options.staleIfErrorSeconds ?? 3600,
    fetch: (url) => respond(url, undefined as never),
    clock,
    warn: (fields, message) => warnings.push(`${message}: ${JSON.stringify(fields)}`),
  })
  return {
    clock,
    published,
    warnings,
    cache,
    gets: () => published.requests.length,
    find: async (kid: string | undefined): Promise<FoundKey | undefined> =>
      await cache.find(kid, 'ES256'),
    respondWith: (next: (url: string) => Promise<GuardedResponse>) => {
      respond = async (url) => {
        published.requests.push(url)
        return await next(url)
      }
    },
  }
}

const unavailable = { code: 'identify.keys_unavailable', dependency: ISSUER }

describe('a known key', () => {
  test('oauth §8: is found without a promise while the set is fresh', async () => {
    const { cache, find, gets } = makeCache()
    await find('k1')
    expect(cache.find('k1', 'ES256')).toMatchObject({ stale: false })
    expect(gets()).toBe(1)
  })

  test('oauth §8: the set is renewed ahead, without a request waiting for it', async () => {
    const { cache, find, gets, clock } = makeCache()
    await find('k1')
    clock.advance(481)
    expect(cache.find('k1', 'ES256')).toMatchObject({ stale: false })
    await Promise.resolve()
    expect(gets()).toBe(2)
    await cache.refresh()
    expect(cache.status().ageMs).toBe(0)
  })

  test('oauth §8: after ten minutes without traffic the next request waits for new keys', async () => {
    const { cache, find, published, clock } = makeCache()
    await find('k1')
    published.keys = [second.jwk]
    clock.advance(7200)
    expect(cache.find('k1', 'ES256')).toBeInstanceOf(Promise)
    expect(await find('k1')).toBeUndefined()
    expect(await find('k2')).toBeDefined()
  })
})

describe('F-02: the issuer is away', () => {
  test('known keys go on for the stale window, flagged, and nobody waits for it', async () => {
    const { cache, find, published, clock, gets } = makeCache()
    await find('k1')
    published.fail = new Error('connection refused')
    clock.advance(601)
    expect(await find('k1')).toMatchObject({ stale: true })
    let failures = 0
    for (let second = 0; second < 3580; second += 20) {
      clock.advance(20)
      const found = await find('k1').catch(() => undefined)
      if (found?.stale !== true) failures += 1
    }
    expect(failures).toBe(0)
    expect(cache.status()).toMatchObject({ keys: 'stale', lastFailure: 'connection refused' })
    expect(gets()).toBeLessThanOrEqual(1 + (3600 / 60) * 2)
  })

  test('while the outage is known, keys come without a promise', async () => {
    const { cache, find, published, clock } = makeCache()
    await find('k1')
    published.fail = new Error('connection refused')
    clock.advance(601)
    await find('k1')
    clock.advance(31)
    expect(cache.find('k1', 'ES256')).toMatchObject({ stale: true })
  })

  test('after the window it is a fault that names the issuer, never an unknown key', async () => {
    const { cache, find, published, clock } = makeCache()
    await find('k1')
    published.fail = new Error('connection refused')
    clock.advance(600 + 3600 + 1)
    await expect(find('k1')).rejects.toMatchObject(unavailable)
    expect(() => cache.find('k1', 'ES256')).toThrow('connection refused')
    expect(cache.status().keys).toBe('gone')
  })

  test('staleIfError 0: the fault comes with the end of freshness', async () => {
    const { find, published, clock } = makeCache({ staleIfErrorSeconds: 0 })
    await find('k1')
    published.fail = new Error('connection refused')
    clock.advance(601)
    await expect(find('k1')).rejects.toMatchObject(unavailable)
  })

  test('without any keys every request of the cooldown fails at once, and the next attempt heals', async () => {
    const { cache, find, published, clock, gets } = makeCache()
    published.fail = new Error('connection refused')
    await expect(find('k1')).rejects.toMatchObject(unavailable)
    expect(() => cache.find('k1', 'ES256')).toThrow('no keys of')
    expect(gets()).toBe(1)
    published.fail = undefined
    clock.advance(30)
    expect(await find('k1')).toMatchObject({ stale: false })
  })

  test('what is thrown and is no Error is a failure like any other', async () => {
    const { find, cache, respondWith } = makeCache()
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    respondWith(() => Promise.reject('text'))
    await expect(find('k1')).rejects.toMatchObject(unavailable)
    expect(cache.status()).toMatchObject({ failures: 1, lastFailure: 'unknown failure' })
  })
})

describe('an unknown key', () => {
  test('F-18: is fetched at once where no attempt was made just before', async () => {
    const { find, published, clock } = makeCache()
    await find('k1')
    published.keys = [first.jwk, second.jwk]
    clock.advance(30)
    expect(await find('k2')).toBeDefined()
    expect(await find('k1')).toBeDefined()
  })

  test('F-18: within the cooldown it is unknown, and known after it', async () => {
    const { find, published, clock } = makeCache()
    await find('k1')
    published.keys = [second.jwk]
    clock.advance(29)
    expect(await find('k2')).toBeUndefined()
    clock.advance(1)
    expect(await find('k2')).toBeDefined()
  })

  test('J-15: a flood of random ids fetches at most twice a minute, and known keys stay', async () => {
    const { find, clock, gets } = makeCache()
    await find('k1')
    const before = gets()
    for (let tick = 0; tick < 600; tick += 1) {
      clock.advance(0.1)
      await Promise.all(Array.from({ length: 20 }, (_, at) => find(`random-${tick}-${at}`)))
      expect(await find('k1')).toMatchObject({ stale: false })
    }
    expect(gets() - before).toBeLessThanOrEqual(2)
  })

  test.each([
    ['an empty set', () => answer({ keys: [] })],
    ['an invalid set', () => answer('<html>')],
    ['a status of 500', () => answer({}, 500)],
    ['symmetric keys alone', () => answer({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'x' }] })],
  ])('J-15: %s keeps the last good keys and the cooldown', async (_name, response) => {
    const { find, clock, gets, respondWith, warnings } = makeCache()
    await find('k1')
    respondWith(async () => response())
    clock.advance(31)
    expect(await find('x')).toBeUndefined()
    expect(await find('y')).toBeUndefined()
    expect(await find('k1')).toMatchObject({ stale: false })
    expect(gets()).toBe(2)
    expect(warnings[0]).toContain('could not be fetched')
  })

  test('J-15: an id that the issuer has just denied fetches nothing for five minutes', async () => {
    const { find, clock, gets } = makeCache()
    await find('k1')
    clock.advance(30)
    await find('x')
    expect(gets()).toBe(2)
    clock.advance(200)
    await find('x')
    expect(gets()).toBe(2)
    clock.advance(101)
    await find('x')
    expect(gets()).toBe(3)
  })

  test('J-15: each good answer of the issuer clears the list of denied ids', async () => {
    const { find, clock, gets } = makeCache()
    await find('k1')
    for (const kid of ['x', 'y', 'x']) {
      clock.advance(30)
      await find(kid)
    }
    expect(gets()).toBe(4)
  })

  test('J-15: the list of denied ids makes way for a new key, and forgets the oldest of 128', async () => {
    const { find, clock, gets, published } = makeCache()
    await find('k1')
    clock.advance(30)
    await find('k2')
    published.keys = [first.jwk, second.jwk]
    clock.advance(30)
    await find('other')
    expect(await find('k2')).toBeDefined()
    clock.advance(30)
    await Promise.all(Array.from({ length: 129 }, (_, at) => find(`many-${at}`)))
    const before = gets()
    clock.advance(30)
    await find('many-128')
    expect(gets()).toBe(before)
    await find('many-0')
    expect(gets()).toBe(before + 1)
  })

  test('F-03: while the issuer is away it is unknown, and not remembered as denied', async () => {
    const { find, clock, published } = makeCache()
    await find('k1')
    published.fail = new Error('connection refused')
    clock.advance(30)
    expect(await find('k2')).toBeUndefined()
    published.fail = undefined
    published.keys = [second.jwk]
    clock.advance(30)
    expect(await find('k2')).toBeDefined()
  })

  test('J-17: whoever comes while a fetch runs waits for the same one', async () => {
    const { find, gets } = makeCache()
    const found = await Promise.all(Array.from({ length: 50 }, () => find('k1')))
    expect(found.every((one) => one !== undefined)).toBe(true)
    expect(gets()).toBe(1)
  })
})

describe('F-12: the clock of the issuer', () => {
  test.each([
    ['behind', -90],
    ['ahead', 90],
    ['equal', 0],
  ])('%s: its Date header tells by how much', async (_name, seconds) => {
    const { find, cache, published } = makeCache()
    expect(cache.status().clockSkewMs).toBeUndefined()
    published.date = new Date((START_SECONDS + seconds) * 1000).toUTCString()
    await find('k1')
    expect(cache.status().clockSkewMs).toBe(seconds * 1000 + 500)
  })

  test('a header that is no date says nothing', async () => {
    const { find, cache, published } = makeCache()
    published.date = 'yesterday'
    await find('k1')
    expect(cache.status().clockSkewMs).toBeUndefined()
  })
})

describe('discovery', () => {
  test('RFC 8414 §3: the key set is where the metadata says, and is asked for once an hour', async () => {
    const { find, published, clock } = makeCache({ jwksUri: undefined as never })
    await find('k1')
    expect(published.requests).toEqual([
      `${ISSUER}/.well-known/oauth-authorization-server`,
      `${ISSUER}/jwks`,
    ])
    clock.advance(601)
    await find('k1')
    expect(published.requests).toHaveLength(3)
    clock.advance(3601)
    await find('k1')
    expect(published.requests).toHaveLength(5)
  })

  test('RFC 8414 §3.3: metadata of another issuer gives no keys', async () => {
    const { find, published } = makeCache({ jwksUri: undefined as never })
    published.metadata = { ...published.metadata, issuer: 'https://evil.example' }
    await expect(find('k1')).rejects.toMatchObject(unavailable)
    expect(published.requests).toHaveLength(1)
  })
})

test('J-16: keys that are not used are warned of once, until others are', async () => {
  const { find, published, clock, warnings } = makeCache()
  const symmetric = { kty: 'oct', k: 'AAAA', kid: 's' }
  published.keys = [first.jwk, symmetric]
  await find('k1')
  clock.advance(601)
  await find('k1')
  expect(warnings).toHaveLength(1)
  published.keys = [first.jwk, symmetric, { ...symmetric, kid: 's2' }]
  clock.advance(601)
  await find('k1')
  expect(warnings).toHaveLength(2)
})

test('refresh does nothing right after an attempt', async () => {
  const { cache, gets, clock } = makeCache()
  await cache.refresh()
  await cache.refresh()
  expect(gets()).toBe(1)
  clock.advance(30)
  await Promise.all([cache.refresh(), cache.refresh()])
  expect(gets()).toBe(2)
})
