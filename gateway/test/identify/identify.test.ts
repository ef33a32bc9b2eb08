// createIdentify as the pipeline sees it: the whole way of a token, and each attack that ends before a
// signature is believed (attacks J-01 … J-22, M-27).
import { describe, expect, test } from 'vitest'
import { Fault } from '../../src/fault.ts'
import { Identity } from '../../src/identify/identity.ts'
import type { Refusal } from '../../src/refusal.ts'
import {
  headOf,
  ISSUER,
  makeKey,
  makeToken,
  personClaims,
  RESOURCE,
  START_SECONDS,
  startWorld,
  makeWorld,
} from './world.ts'

const key = makeKey('k1')
const other = makeKey('k1')
const good = makeToken(key, personClaims())

describe('a good token', () => {
  test('RFC 9068 §4: becomes an identity with everything that later stages read', async () => {
    const world = await startWorld({
      keys: [key],
      issuer: { tags: { groups: 'groups' }, tenant: 'org' },
    })
    const token = makeToken(key, {
      ...personClaims({ groups: ['b', 'a'], org: 'acme', sid: 's1', grant: 'g1' }),
      auth_time: START_SECONDS - 5,
      acr: 'high',
      amr: ['pwd', 'otp'],
    })
    const identity = await world.ask(token)
    expect(Identity.is(identity)).toBe(true)
    expect(Identity.is(Object.assign({}, identity))).toBe(false)
    expect(identity).toMatchObject({
      principal: {
        kind: 'person',
        issuer: ISSUER,
        subject: 'alice',
        clientId: 'desk',
        tenant: 'acme',
      },
      tokenHash8: expect.stringMatching(/^[0-9a-f]{8}$/),
      jti: 'token-1',
      sid: 's1',
      grant: 'g1',
      scopes: new Set(['openid', 'mcp']),
      issuedAtSeconds: START_SECONDS,
      expiresAtSeconds: START_SECONDS + 600,
      authTimeSeconds: START_SECONDS - 5,
      acr: 'high',
      amr: ['pwd', 'otp'],
      keysStale: false,
    })
    expect((identity as Identity).principal.tags).toEqual(new Map([['groups', '|a|b|']]))
  })

  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)(
    'RFC 8725 §3.1: %s verifies',
    async (alg) => {
      const signing = makeKey('any', alg)
      const world = await startWorld({ keys: [signing] })
      expect(await world.ask(makeToken(signing, personClaims()))).toBeInstanceOf(Identity)
    },
  )

  test('performance §3: is known the second time without a promise, as the same identity', async () => {
    const world = await startWorld({ keys: [key] })
    const first = await world.ask(good)
    const second = world.identify.identify(headOf(`bearer ${good}`))
    expect(second).toBe(first)
    expect(world.identify.counts()).toEqual({ cached: 1, verified: 1 })
  })

  test('architecture §3: two tokens of one person share one principal object', async () => {
    const world = await startWorld({ keys: [key] })
    const first = (await world.ask(good)) as Identity
    const second = (await world.ask(makeToken(key, personClaims({ jti: 'token-2' })))) as Identity
    expect(second).not.toBe(first)
    expect(second.principal).toBe(first.principal)
    expect([...world.identify.principals()]).toEqual([first.principal])
  })

  test('J-18: leaves the cache after a minute and at its expiry', async () => {
    const world = await startWorld({ keys: [key] })
    const short = makeToken(key, personClaims({ exp: START_SECONDS + 30 }))
    await world.ask(good)
    await world.ask(short)
    world.clock.advance(31)
    expect(world.identify.identify(headOf(`Bearer ${good}`))).toBeInstanceOf(Identity)
    expect(world.identify.identify(headOf(`Bearer ${short}`))).toBeInstanceOf(Promise)
    world.clock.advance(30)
    expect(world.identify.identify(headOf(`Bearer ${good}`))).toBeInstanceOf(Promise)
  })

  test('O-22: one for another endpoint is refused there, cached or not', async () => {
    const world = await startWorld({ keys: [key] })
    expect(await world.ask(good)).toBeInstanceOf(Identity)
    expect(await world.ask(good, `${RESOURCE}/market`)).toMatchObject({
      refused: 'identify.wrong_audience',
    })
    expect(await world.ask(good)).toBeInstanceOf(Identity)
  })
})

describe('what is no token', () => {
  test.each([
    ['RFC 6750 §3.1: no header', undefined, 'identify.no_token'],
    ['RFC 9110 §11.1: another scheme', 'Basic YTpi', 'identify.unsupported_scheme'],
    ['oauth §8: the DPoP scheme', `DPoP ${good}`, 'identify.unsupported_scheme'],
    ['RFC 6750 §2.1: a scheme alone', 'Bearer', 'identify.malformed_token'],
    ['J-13: more than 8 KiB', `Bearer ${'a'.repeat(8193)}`, 'identify.malformed_token'],
    [
      'J-17: two tokens in one header',
      `Bearer ${good}, Bearer ${good}`,
      'identify.malformed_token',
    ],
    ['RFC 7515 §7.1: an opaque token', 'Bearer abcdef', 'identify.malformed_token'],
    ['J-13: a JWE of five segments', 'Bearer a.b.c.d.e', 'identify.malformed_token'],
  ])('%s is refused', async (_name, header, refused) => {
    const world = await startWorld({ keys: [key] })
    expect(await world.identify.identify(headOf(header))).toMatchObject({ refused })
  })
})

describe('claims', () => {
  test.each([
    ['RFC 9449 §7.1: cnf', { cnf: { jkt: 'x' } }, 'identify.binding_not_supported'],
    ['RFC 7800 §3.1: cnf null', { cnf: null }, 'identify.binding_not_supported'],
    ['RFC 9068 §2.2: no sub', { sub: undefined }, 'identify.invalid_claims'],
    ['RFC 9068 §2.2: sub is a number', { sub: 7 }, 'identify.invalid_claims'],
    ['RFC 9068 §2.2: empty sub', { sub: '' }, 'identify.invalid_claims'],
    ['RFC 9068 §2.2: no jti', { jti: undefined }, 'identify.invalid_claims'],
    ['RFC 9068 §2.2: no client_id', { client_id: undefined }, 'identify.invalid_claims'],
    ['RFC 9068 §2.2: no exp', { exp: undefined }, 'identify.invalid_claims'],
    ['RFC 9068 §2.2.3: scope as an array', { scope: ['a'] }, 'identify.invalid_claims'],
    ['RFC 9068 §2.2.1: auth_time as text', { auth_time: 'now' }, 'identify.invalid_claims'],
    ['RFC 9068 §2.2.1: acr as a number', { acr: 1 }, 'identify.invalid_claims'],
    ['RFC 9068 §2.2.1: amr as text', { amr: 'pwd' }, 'identify.invalid_claims'],
    ['J-07: another audience', { aud: 'https://evil.example' }, 'identify.wrong_audience'],
    [
      'RFC 7519 §4.1.4: expired',
      { iat: START_SECONDS - 600, exp: START_SECONDS - 60 },
      'identify.token_expired',
    ],
    ['oauth §8: a tenant that is no string', { org: ['acme'] }, 'identify.invalid_claims'],
    ['oauth §8: an empty tenant', { org: '' }, 'identify.invalid_claims'],
    ['J-06: a security event', { events: {} }, 'identify.wrong_token_type'],
    ['O-28: a machine token', { sub: 'desk' }, 'identify.machine_not_allowed'],
  ])('%s is refused', async (_name, more, refused) => {
    const world = await startWorld({ keys: [key], issuer: { tenant: 'org' } })
    expect(await world.ask(makeToken(key, personClaims(more)))).toMatchObject({ refused })
  })

  test('RFC 9068 §2.2.3: a token without scope has none, and spaces make none', async () => {
    const world = await startWorld({ keys: [key] })
    const without = await world.ask(makeToken(key, personClaims({ scope: undefined })))
    expect((without as Identity).scopes.size).toBe(0)
    const spaced = await world.ask(makeToken(key, personClaims({ scope: ' a  b ', jti: '2' })))
    expect((spaced as Identity).scopes).toEqual(new Set(['a', 'b']))
  })

  test('J-21: the reason for the operator is cut short', async () => {
    const world = await startWorld({ keys: [key] })
    const answer = (await world.ask(
      makeToken(key, personClaims({ aud: 'x'.repeat(2000) })),
    )) as Refusal
    expect(answer.reason?.length).toBeLessThan(200)
  })

  test('O-28: with `machines: allow` a machine is a client and no person, with a fingerprint of its own', async () => {
    const world = await startWorld({ keys: [key], issuer: { machines: 'allow' } })
    const machine = (await world.ask(makeToken(key, personClaims({ sub: 'desk' })))) as Identity
    expect(machine.principal).toMatchObject({ kind: 'client', clientId: 'desk' })
    expect(machine.principal).not.toHaveProperty('subject')
  })

  test('RFC 6750 §3.1: without a required scope the challenge names all of them', async () => {
    const world = await startWorld({ keys: [key], requiredScopes: ['mcp', 'energy'] })
    expect(await world.ask(good)).toMatchObject({
      refused: 'identify.insufficient_scope',
      scope: 'mcp energy',
    })
    const wide = makeToken(key, personClaims({ scope: 'energy mcp' }))
    expect(await world.ask(wide)).toBeInstanceOf(Identity)
  })
})

describe('revocation', () => {
  test('J-18: is asked on a cached token, which then leaves the cache', async () => {
    const world = await startWorld({ keys: [key] })
    await world.ask(good)
    await world.denyList.revoke({ by: 'jti', issuer: ISSUER, value: 'token-1' })
    const answer = world.identify.identify(headOf(`Bearer ${good}`))
    expect(answer).toEqual({ refused: 'identify.token_revoked' })
    expect(world.identify.identify(headOf(`Bearer ${good}`))).toBeInstanceOf(Promise)
    expect(await world.ask(good)).toEqual({ refused: 'identify.token_revoked' })
  })

  test('J-22: every other encoding of a revoked token is refused', async () => {
    const world = await startWorld({ keys: [key] })
    await world.denyList.revoke({ by: 'jti', issuer: ISSUER, value: 'token-1' })
    const cut = good.lastIndexOf('.') + 1
    const signature = Buffer.from(good.slice(cut), 'base64url')
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
    const s = BigInt(`0x${signature.subarray(32).toString('hex')}`)
    const flipped = Buffer.concat([
      signature.subarray(0, 32),
      Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex'),
    ])
    const last = good.at(-1) as string
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const bits = alphabet[alphabet.indexOf(last) + 1] as string
    const variants = [
      good,
      good.slice(0, cut) + flipped.toString('base64url'),
      `${good}==`,
      `${good} `,
      `${good}\n`,
      good.slice(0, -1) + bits,
      good.replace('.', ' .'),
      good.slice(0, cut) + signature.toString('base64'),
    ]
    const answers = await Promise.all(variants.map((token) => world.ask(token)))
    expect(answers.slice(0, 2)).toEqual([
      { refused: 'identify.token_revoked' },
      { refused: 'identify.token_revoked' },
    ])
    for (const answer of answers) expect(answer).not.toBeInstanceOf(Identity)
  })

  test('oauth §10: a person is refused up to the time, and welcome with a later token', async () => {
    const world = await startWorld({ keys: [key] })
    await world.denyList.revoke({
      by: 'subject',
      issuer: ISSUER,
      value: 'alice',
      issuedUntilSeconds: START_SECONDS,
    })
    expect(await world.ask(good)).toMatchObject({ refused: 'identify.token_revoked' })
    const later = makeToken(key, personClaims({ iat: START_SECONDS + 1 }))
    expect(await world.ask(later)).toBeInstanceOf(Identity)
  })

  test('F-12: a token of an issuer whose clock goes ahead does not outlive its revocation', async () => {
    const world = await startWorld({ keys: [key] })
    world.published.date = new Date((START_SECONDS + 40) * 1000).toUTCString()
    const ahead = makeToken(key, personClaims({ iat: START_SECONDS + 40 }))
    expect(await world.ask(ahead)).toBeInstanceOf(Identity)
    const issuedUntilSeconds = world.identify.revokedUntilSeconds(ISSUER)
    const person = { by: 'subject', issuer: ISSUER, value: 'alice', issuedUntilSeconds } as const
    await world.denyList.revoke(person)
    expect(await world.ask(ahead)).toMatchObject({ refused: 'identify.token_revoked' })
    expect(world.identify.revokedUntilSeconds('https://unknown.example')).toBe(START_SECONDS + 1)
  })

  test('O-28: the revocation of a person does not reach a machine of the same id', async () => {
    const world = await startWorld({ keys: [key], issuer: { machines: 'allow' } })
    await world.denyList.revoke({
      by: 'subject',
      issuer: ISSUER,
      value: 'desk',
      issuedUntilSeconds: START_SECONDS,
    })
    expect(await world.ask(makeToken(key, personClaims({ sub: 'desk' })))).toBeInstanceOf(Identity)
  })

  test('M-27: without a list of revocations nobody comes in, and the fault names what is missing', async () => {
    const world = makeWorld({ keys: [key] })
    await expect(world.ask(good)).rejects.toMatchObject({
      code: 'identify.revocations_unavailable',
      dependency: 'revocations',
    })
  })

  test('F-05: a list that is too old is as none, also for a cached token', async () => {
    const world = await startWorld({ keys: [key], parts: { maxRevocationAgeMs: 20_000 } })
    expect(await world.ask(good)).toBeInstanceOf(Identity)
    world.clock.advance(21)
    expect(() => world.identify.identify(headOf(`Bearer ${good}`))).toThrow(Fault)
  })
})

describe('dependencies that fail', () => {
  test('F-02: keys outlive the configuration, so that a reload while the issuer is away loses none', async () => {
    const keyCaches = new Map()
    const before = await startWorld({ keys: [key], parts: { keyCaches } })
    await before.identify.warm()
    const after = await startWorld({ keys: [key], parts: { keyCaches } })
    after.published.fail = new Error('connection refused')
    expect(await after.ask(good)).toBeInstanceOf(Identity)
    const changed = await startWorld({
      parts: { keyCaches },
      issuer: { jwksUri: 'https://elsewhere.example/keys' },
    })
    changed.published.fail = new Error('connection refused')
    await expect(changed.ask(good)).rejects.toThrow(Fault)
  })

  test('M-27: no keys at all is a fault that names the issuer, never a pass and never a 401', async () => {
    const world = await startWorld({ keys: [key] })
    world.published.fail = new Error('connection refused')
    await expect(world.ask(good)).rejects.toMatchObject({
      code: 'identify.keys_unavailable',
      dependency: ISSUER,
      retryAfterSeconds: 30,
    })
  })

  test.each([401, 403, 500, 204])(
    'M-27: an issuer that answers %i gives no keys',
    async (status) => {
      const fetch = async () => ({ status, headers: new Map(), body: Buffer.from('{}') })
      const world = await startWorld({ parts: { fetch } })
      await expect(world.ask(good)).rejects.toMatchObject({ code: 'identify.keys_unavailable' })
    },
  )

  test('M-27: a deny list that throws lets nobody in', async () => {
    const refuses = (): boolean => {
      throw new Error('broken')
    }
    const denyList = { refuses, ageMs: () => 0 }
    const world = await startWorld({ keys: [key], parts: { denyList } })
    await expect(world.ask(good)).rejects.toThrow('broken')
    await expect(world.ask(good)).rejects.toThrow('broken')
  })

  test('J-17: many tokens while the fetch fails share it and all fail', async () => {
    const world = await startWorld({ keys: [key] })
    world.published.fail = new Error('connection refused')
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => world.ask(good)))
    expect(answers.every((answer) => answer.status === 'rejected')).toBe(true)
    expect(world.published.requests).toHaveLength(1)
  })

  test('F-02: a token verified with stale keys says so', async () => {
    const world = await startWorld({ keys: [key] })
    await world.ask(good)
    world.published.fail = new Error('connection refused')
    world.clock.advance(601)
    const later = makeToken(
      key,
      personClaims({ iat: START_SECONDS + 601, exp: START_SECONDS + 900 }),
    )
    await world.denyList.refresh()
    expect(await world.ask(later)).toMatchObject({ keysStale: true })
    expect(world.identify.issuers()).toMatchObject([{ issuer: ISSUER, keys: 'stale' }])
  })

  test('F-12: warm fetches the keys ahead of the first request', async () => {
    const world = await startWorld({ keys: [key] })
    await world.identify.warm()
    expect(world.identify.issuers()).toMatchObject([{ keys: 'fresh', keyCount: 1 }])
  })
})

test('J-21: no refusal holds a segment of the token', async () => {
  const world = await startWorld({ keys: [key] })
  const variants = [
    good,
    makeToken(key, personClaims({ aud: 'x' })),
    makeToken(other, personClaims()),
    `${good}=`,
    makeToken(key, personClaims(), { kid: 'unknown' }),
    makeToken(key, personClaims({ iss: 'https://x.example' })),
  ]
  for (const token of variants) {
    const text = JSON.stringify(await world.ask(token))
    for (const segment of token.split('.')) expect(text).not.toContain(segment)
  }
})

test('configuration: an issuer that is configured twice does not start', () => {
  const issuer = { issuer: ISSUER, profile: 'rfc9068' }
  expect(() => makeWorld({ issuers: [issuer, issuer] })).toThrow('configured twice')
})
