// The exact edges of what `identify` keeps and for how long (oauth §8; promises F-02, F-12, F-18), each from both sides.
import { describe, expect, test } from 'vitest'
import { checkTokenKind } from '../../src/identify/token-kind.ts'
import { claimsOf } from '../../src/identify/claims.ts'
import { addIdentifyMetrics } from '../../src/identify/identify-metrics.ts'
import { entra } from '../../src/identify/profiles/entra.ts'
import { createTokenCache } from '../../src/identify/token-cache.ts'
import { Identity } from '../../src/identify/identity.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import {
  ISSUER,
  makeKey,
  makeToken,
  personClaims,
  RESOURCE,
  START_SECONDS,
  startWorld,
  testClock,
} from './world.ts'

const key = makeKey('k1')
const longLived = () => makeToken(key, personClaims({ exp: START_SECONDS + 80_000 }))

describe('F-02, F-18: the age of a key set', () => {
  /** A world whose keys were fetched at the start, and what it says `seconds` later. */
  async function after(seconds: number, away: boolean) {
    const world = await startWorld({ keys: [key] })
    await world.identify.warm()
    if (away) world.published.fail = new Error('away')
    world.clock.advance(seconds)
    return world
  }
  const state = (world: Awaited<ReturnType<typeof after>>) => world.identify.issuers()[0]?.keys

  test.each([
    [600, 'fresh'],
    [601, 'stale'],
    [4200, 'stale'],
    [4201, 'gone'],
  ])('after %i s the keys are %s', async (seconds, keys) => {
    expect(state(await after(seconds, true))).toBe(keys)
  })

  test.each([
    [480, 0],
    [481, 1],
  ])('after %i s a request starts %i fetches ahead', async (seconds, started) => {
    const world = await after(seconds, false)
    const fetched = world.identify.issuers()[0]?.attempts
    await world.ask(longLived())
    expect(world.identify.issuers()[0]?.attempts).toBe(Number(fetched) + started)
  })

  test('a failure of the last minute lets known keys go on at once, an older one is tried again first', async () => {
    const world = await after(700, true)
    await world.ask(longLived())
    const attempts = () => world.identify.issuers()[0]?.attempts
    expect(attempts()).toBe(2)
    const another = (n: number) =>
      world.ask(makeToken(key, personClaims({ jti: `t${n}`, exp: START_SECONDS + 80_000 })))
    world.clock.advance(29)
    await another(1)
    expect(attempts()).toBe(2)
    // Past the cool-down a fetch is started beside the answer.
    world.clock.advance(1)
    await another(2)
    expect(attempts()).toBe(3)
    world.published.fail = undefined
    world.clock.advance(60)
    await another(3)
    expect(state(world)).toBe('fresh')
  })

  test('an answer that is no 200 is a failure, with the status in words', async () => {
    const world = await startWorld({
      keys: [key],
      issuer: { jwksUri: `${ISSUER}/jwks` },
      parts: {
        fetch: async () => ({
          status: 203,
          headers: new Map(),
          body: Buffer.from(JSON.stringify({ keys: [key.jwk] })),
        }),
      },
    })
    await world.identify.warm()
    expect(world.identify.issuers()[0]).toMatchObject({
      keys: 'gone',
      failures: 1,
      lastFailure: `${ISSUER}/jwks answered 203`,
      clockSkewMs: undefined,
    })
  })

  test('RFC 8414: the place of the keys is found again after an hour', async () => {
    const world = await startWorld({ keys: [key] })
    await world.identify.warm()
    const discoveries = () =>
      world.published.requests.filter((url) => url.includes('/.well-known/')).length
    expect(discoveries()).toBe(1)
    world.clock.advance(3600)
    await world.identify.warm()
    expect(discoveries()).toBe(1)
    world.clock.advance(3601)
    await world.identify.warm()
    expect(discoveries()).toBe(2)
  })
})

describe('F-12: times of a token', () => {
  test.each([
    [60, undefined],
    [61, 'identify.token_not_yet_valid'],
  ])('issued %i s ahead of our clock', async (ahead, refused) => {
    const world = await startWorld({ keys: [key] })
    const iat = START_SECONDS + ahead
    const answer = await world.ask(makeToken(key, personClaims({ iat, exp: iat + 60 })))
    expect('refused' in answer ? answer.refused : undefined).toBe(refused)
  })

  test('a life of exactly a day is accepted', async () => {
    const world = await startWorld({ keys: [key] })
    const answer = await world.ask(makeToken(key, personClaims({ exp: START_SECONDS + 86_400 })))
    expect(Identity.is(answer)).toBe(true)
  })
})

describe('J-08: version and tenant in the path of the issuer', () => {
  const issuer = 'https://login.microsoftonline.com/t1/v2.0'
  const claims = { ver: '2.0', tid: 't1', scp: 'x' }
  test.each<[string, Record<string, unknown>]>([
    ['no tenant', { ...claims, tid: undefined }],
    ['an empty tenant', { ...claims, tid: '' }],
    ['another tenant', { ...claims, tid: 't2' }],
    ['a version that is no text', { ...claims, ver: 2 }],
    ['a version that is not known', { ...claims, ver: '3.0' }],
    ['a version of another path', { ...claims, ver: '1.0' }],
  ])('%s is not of this issuer', (_, given) => {
    const answer = checkTokenKind('JWT', claimsOf(given as never), issuer, entra)
    expect(answer).toEqual({
      refused: 'identify.invalid_claims',
      reason: 'tenant or version of the token is not that of the issuer',
      seen: '`iss`',
    })
  })

  test('the tenant and version of the path are', () => {
    expect(checkTokenKind('JWT', claimsOf(claims), issuer, entra)).toBeUndefined()
  })

  test.each([
    ['an application without scopes', { roles: ['r'], scp: undefined }],
    ['one that says so, with scopes', { roles: ['r'], idtyp: 'app' }],
  ])('RFC 9700 §4.15: %s is a machine', async (_, more) => {
    const world = await startWorld({
      keys: [{ ...key }],
      issuers: [
        {
          issuer,
          profile: 'entra',
          algorithms: ['ES256'],
          jwksUri: `${issuer}/jwks`,
          audience: ['api'],
        },
      ],
    })
    const token = makeToken(
      key,
      { ...personClaims(), ...claims, iss: issuer, aud: 'api', oid: 'o1', azp: 'app', ...more },
      { typ: 'JWT' },
    )
    expect(await world.ask(token)).toMatchObject({ refused: 'identify.machine_not_allowed' })
  })
})

describe('an operator’s token, which comes by no route', () => {
  const places = ['https://gate.acme.example/a', RESOURCE]

  test('RFC 8707 §2: is good where any of the resources is meant', async () => {
    const world = await startWorld({ keys: [key] })
    const identity = await world.identify.identifyAnywhere(makeToken(key, personClaims()), places)
    expect(Identity.is(identity)).toBe(true)
  })

  test('is refused for its audience where none is, naming the last one', async () => {
    const world = await startWorld({ keys: [key] })
    const token = makeToken(key, personClaims({ aud: 'https://other.example' }))
    expect(await world.identify.identifyAnywhere(token, places)).toMatchObject({
      refused: 'identify.wrong_audience',
      expected: `\`aud\` \`${RESOURCE}\``,
    })
    expect(await world.identify.identifyAnywhere(token, [])).toEqual({
      refused: 'identify.wrong_audience',
    })
  })

  test('is verified once where something else is wrong with it', async () => {
    const world = await startWorld({ keys: [key] })
    const token = makeToken(
      key,
      personClaims({ exp: START_SECONDS - 100, iat: START_SECONDS - 200 }),
    )
    expect(await world.identify.identifyAnywhere(token, places)).toMatchObject({
      refused: 'identify.token_expired',
    })
    expect(world.identify.counts().verified).toBe(1)
  })
})

test('F-02: what the metrics page says of an issuer that has not answered, and of one that has', async () => {
  const world = await startWorld({ keys: [key] })
  const metrics = createMetrics()
  addIdentifyMetrics(metrics, world.denyList, () => world.identify)
  world.published.fail = new Error('away')
  await world.identify.warm()
  const label = `{issuer="${ISSUER}"}`
  const before = metrics.render()
  expect(before).toContain(`sallyport_issuer_key_fetches${label} 1`)
  expect(before).toContain(`sallyport_issuer_key_fetch_failures${label} 1`)
  expect(before).toContain(`sallyport_issuer_keys${label} 0`)
  expect(before).not.toContain(`sallyport_issuer_keys_age_seconds${label}`)
  world.published.fail = undefined
  world.clock.advance(30)
  await world.identify.warm()
  world.clock.advance(90)
  const after = metrics.render()
  expect(after).toContain(`sallyport_issuer_key_fetches${label} 2`)
  expect(after).toContain(`sallyport_issuer_key_fetch_failures${label} 1`)
  expect(after).toContain(`sallyport_issuer_keys_age_seconds${label} 90`)
  for (const help of [
    'usable keys of the issuer',
    'age of the last good key set',
    'fetches of the key set',
    'those that failed',
  ]) {
    expect(after).toContain(help)
  }
})

test('oauth §8: the token that was used last is forgotten last, a second being exact enough', () => {
  const clock = testClock()
  const cache = createTokenCache(clock, 2)
  const identity = { expiresAtSeconds: START_SECONDS + 600 } as Identity
  cache.add('a', ':0', identity, START_SECONDS)
  cache.add('b', ':0', identity, START_SECONDS)
  // Used again within the second in which it came: it keeps its place.
  cache.get('a', ':0')
  cache.add('c', ':0', identity, START_SECONDS)
  expect(cache.get('a', ':0')).toBeUndefined()
  clock.advance(1)
  cache.get('b', ':0')
  cache.add('d', ':0', identity, START_SECONDS)
  expect(cache.get('b', ':0')).toBeDefined()
  expect(cache.get('c', ':0')).toBeUndefined()
})
