// Each way in which a token is refused, as the operator reads it: the true reason, what was seen, what was expected.
// The other files of this folder say when each one happens; RFC 6750 §3.1 and attacks J-21 say what may be in it.
import { expect, test } from 'vitest'
import { readKeySet, type KeySet } from '../../src/identify/key-set.ts'
import { rsaWeakness } from '../../src/identify/rsa-weakness.ts'
import type { Refusal } from '../../src/refusal.ts'
import {
  encode,
  ISSUER,
  makeKey,
  makeToken,
  personClaims,
  RESOURCE,
  signBytes,
  START_SECONDS,
  startWorld,
  type WorldOptions,
} from './world.ts'

const key = makeKey('k1')

async function answerTo(
  token: string,
  issuer: WorldOptions['issuer'] = {},
  more: Omit<WorldOptions, 'keys' | 'issuer'> = {},
): Promise<Refusal> {
  const world = await startWorld({ keys: [key], issuer, ...more })
  return (await world.ask(token)) as Refusal
}
const withClaims = (more: Record<string, unknown>, issuer?: WorldOptions['issuer']) =>
  answerTo(makeToken(key, personClaims(more)), issuer)
const withHeader = (header: Record<string, unknown>) =>
  answerTo(makeToken(key, personClaims(), header))

const malformed = (reason: string) => ({ refused: 'identify.malformed_token', reason })
const invalid = (reason: string, seen: string) => ({
  refused: 'identify.invalid_claims',
  reason,
  seen,
})

const [head = '', body = '', signature = ''] = makeToken(key, personClaims()).split('.')
const resigned = (first: string, second: string) =>
  `${first}.${second}.${signBytes(key, `${first}.${second}`)}`

test.each<[string, string, string]>([
  ['two segments', `${head}.${body}`, 'not three segments of base64url'],
  ['four segments', `${head}.${body}.${signature}.x`, 'not three segments of base64url'],
  ['padding', `${head}=.${body}.${signature}`, 'not three segments of base64url'],
  ['a space before it', ` ${head}.${body}.${signature}\t`, 'not three segments of base64url'],
  ['loose bits in the header', resigned('YR', body), 'a segment is not canonical base64url'],
  ['loose bits in the claims', resigned(head, 'YR'), 'a segment is not canonical base64url'],
  ['loose bits in the signature', `${head}.${body}.YR`, 'a segment is not canonical base64url'],
  [
    'a header of 1025 bytes',
    resigned(encode(`{"alg":"ES256","kid":"${'x'.repeat(1001)}"}`), body),
    'the header is too long',
  ],
  ['a header that is a list', resigned(encode([]), body), 'the header is not a strict JSON object'],
  [
    'a header with a name twice',
    resigned(encode('{"alg":"ES256","alg":"ES256"}'), body),
    'the header is not a strict JSON object',
  ],
  ['claims that are a list', resigned(head, encode([])), 'the claims are not a strict JSON object'],
])('RFC 7515 §7.1: %s is said to be so', async (_, token, reason) => {
  expect(await answerTo(token)).toEqual(malformed(reason))
})

test('RFC 7515 §4: a header of exactly 1024 bytes is read', async () => {
  const header = `{"alg":"ES256","kid":"${'x'.repeat(1000)}"}`
  expect(header).toHaveLength(1024)
  const answer = await answerTo(resigned(encode(header), body))
  expect(answer.refused).toBe('identify.unknown_key')
})

test.each<[Record<string, unknown>, object]>([
  [{ crit: ['exp'] }, malformed('`crit` names extensions')],
  [{ b64: false }, malformed('the header has `b64`, `enc` or `zip`')],
  [{ enc: 'A256GCM' }, malformed('the header has `b64`, `enc` or `zip`')],
  [{ zip: 'DEF' }, malformed('the header has `b64`, `enc` or `zip`')],
  [{ alg: 7 }, malformed('`alg` is not a string')],
  [{ kid: 7 }, malformed('`kid` is not a string')],
  [{ typ: 7 }, malformed('`typ` is not a string')],
  [
    { alg: 'HS256' },
    {
      refused: 'identify.unacceptable_algorithm',
      reason: '`alg` is "HS256"',
      expected: 'RS256, PS256, ES256, EdDSA',
    },
  ],
  [{ kid: 'k2' }, { refused: 'identify.unknown_key', reason: '`kid` is "k2"' }],
  [
    { typ: 'dpop+jwt' },
    {
      refused: 'identify.wrong_token_type',
      reason: '`typ` is "dpop+jwt"',
      expected: 'an access token',
    },
  ],
])('RFC 8725 §3: the header %j is refused in words', async (header, expected) => {
  expect(await withHeader(header)).toEqual(expected)
})

test('RFC 8725 §3.1: an algorithm that the issuer is not allowed is refused in words', async () => {
  expect(await answerTo(makeToken(key, personClaims()), { algorithms: ['RS256'] })).toEqual({
    refused: 'identify.unacceptable_algorithm',
    reason: '`alg` is "ES256"',
    expected: 'RS256',
  })
})

const long = 'x'.repeat(200)
test.each<[Record<string, unknown>, WorldOptions['issuer'], object]>([
  [
    { iss: 'https://evil.example' },
    {},
    { refused: 'identify.unknown_issuer', reason: '`iss` is "https://evil.example"' },
  ],
  [{ iss: undefined }, {}, { refused: 'identify.unknown_issuer', reason: '`iss` is nothing' }],
  [
    { iss: long },
    {},
    { refused: 'identify.unknown_issuer', reason: `\`iss\` is "${'x'.repeat(119)}…` },
  ],
  [
    { events: {} },
    {},
    {
      refused: 'identify.wrong_token_type',
      reason: 'it has `events`',
      expected: 'an access token',
    },
  ],
  [
    { at_hash: 'x' },
    {},
    {
      refused: 'identify.wrong_token_type',
      reason: 'it has `at_hash`',
      expected: 'an access token',
    },
  ],
  [{ exp: undefined }, {}, invalid('`exp` is missing or no time', '`exp`')],
  [{ iat: 'now' }, {}, invalid('`iat` is missing or no time', '`iat`')],
  [{ nbf: 1.5 }, {}, invalid('`nbf` is no time', '`nbf`')],
  [{ exp: START_SECONDS }, {}, invalid('`exp` is not after `iat`', '`exp`')],
  [{ exp: START_SECONDS + 86_401 }, {}, invalid('the token lives longer than 24 hours', '`exp`')],
  [
    { iat: START_SECONDS - 700, exp: START_SECONDS - 61 },
    {},
    { refused: 'identify.token_expired', reason: 'expired 61 s ago' },
  ],
  [
    { iat: START_SECONDS - 700, exp: START_SECONDS - 60 },
    {},
    { refused: 'identify.token_expired', reason: 'expired 60 s ago' },
  ],
  [
    { iat: START_SECONDS + 61, exp: START_SECONDS + 600 },
    {},
    {
      refused: 'identify.token_not_yet_valid',
      reason: '`iat` or `nbf` is 61 s ahead of this clock',
    },
  ],
  [{ sub: undefined }, {}, invalid('`sub` is missing or no string', '`sub`')],
  [{ sub: '' }, {}, invalid('`sub` is missing or no string', '`sub`')],
  [{ jti: 7 }, {}, invalid('`jti` is missing or no string', '`jti`')],
  [
    { aud: ['https://other.example'] },
    {},
    {
      refused: 'identify.wrong_audience',
      expected: `\`aud\` \`${RESOURCE}\``,
      reason: '`aud` is ["https://other.example"]',
    },
  ],
  [{ cnf: {} }, {}, { refused: 'identify.binding_not_supported' }],
  [{ client_id: 7 }, {}, invalid('`client_id` is missing or no string', '`client_id`')],
  [
    {},
    { clients: ['other'] },
    invalid('the client is not in `clients` of the issuer', 'the client id'),
  ],
  [{ org: 7 }, { tenant: 'org' }, invalid('the tenant is not a string', 'the tenant')],
  [{ org: '' }, { tenant: 'org' }, invalid('the tenant is not a string', 'the tenant')],
  [
    { groups: 'a|b' },
    { tags: { groups: 'groups' } },
    invalid('`groups` cannot be a tag', '`groups`'),
  ],
  [
    { _claim_names: { groups: 'src' } },
    { tags: { groups: '/groups/0' } },
    invalid('`/groups/0` was left out of the token by the issuer', '`/groups/0`'),
  ],
  [
    { sub: 'desk' },
    {},
    { refused: 'identify.machine_not_allowed', reason: 'a token of client credentials' },
  ],
  [{ scope: ['mcp'] }, {}, invalid('`scope` is not of its form', '`scope`')],
  [{ auth_time: 'x' }, {}, invalid('`auth_time` is no time', '`auth_time`')],
  [{ acr: 7 }, {}, invalid('`acr` is no string', '`acr`')],
  [{ amr: 'pwd' }, {}, invalid('`amr` is no array of strings', '`amr`')],
  [{ amr: [7] }, {}, invalid('`amr` is no array of strings', '`amr`')],
])('RFC 9068 §4: the claims %j under %j are refused in words', async (claims, issuer, expected) => {
  expect(await withClaims(claims, issuer)).toEqual(expected)
})

test('J-21: what is shown of a token ends after 120 characters, not before', async () => {
  const iss = 'x'.repeat(118)
  expect((await withClaims({ iss })).reason).toBe(`\`iss\` is "${iss}"`)
  expect((await withClaims({ iss: `${iss}y` })).reason).toBe(`\`iss\` is "${iss}y…`)
})

test('RFC 6750 §3.1: all scopes of the operation are named, not only the missing one', async () => {
  const more = { requiredScopes: ['mcp', 'write'] }
  expect(await answerTo(makeToken(key, personClaims()), {}, more)).toEqual({
    refused: 'identify.insufficient_scope',
    expected: 'scope `mcp write`',
    scope: 'mcp write',
  })
})

test('J-13: a token of 8192 characters is read, a longer one is not', async () => {
  const world = await startWorld({ keys: [key] })
  expect(await world.ask('x'.repeat(8193))).toEqual({
    refused: 'identify.malformed_token',
    seen: '8193 characters',
    expected: 'at most 8192',
  })
  expect(await world.ask('x'.repeat(8192))).toEqual(malformed('not three segments of base64url'))
})

test('RFC 7517 §5: why a document is no set is said', () => {
  const words = (value: unknown) => readKeySet(Buffer.from(JSON.stringify(value)))
  expect(words({})).toBe('not a JWK Set in strict JSON')
  expect(words({ keys: Array.from({ length: 101 }, () => key.jwk) })).toBe(
    '101 keys, at most 100 are read',
  )
  expect(words({ keys: [7] })).toBe('no usable signature key in it')
})

test.each<[unknown, string]>([
  [7, '7: not an object'],
  [{ ...key.jwk, kid: 1 }, '1: `kid` is not a string'],
  [{ ...key.jwk, kid: 'x', use: 'enc' }, '"x": not for signatures (`use`)'],
  [{ ...key.jwk, kid: 'x', key_ops: ['sign'] }, '"x": not for verifying (`key_ops`)'],
  [{ kid: 'x', kty: 'oct', k: 'AAAA' }, '"x": not a public key'],
  [{ ...key.jwk, kid: 'x', d: 'AAAA' }, '"x": not a public key'],
  [{ ...key.jwk, kid: 'x', alg: 'ES512' }, '"x": algorithm "ES512" is not supported'],
  [{ ...key.jwk, kid: 'x', alg: 'RS256' }, '"x": no algorithm fits its type and curve'],
  [{ kid: 'x', kty: 'RSA', n: '!', e: 'AQAB' }, '"x": `n` or `e` is not base64url'],
  [{ kid: 'x', kty: 'RSA', n: 'AQAB' }, '"x": `n` or `e` is not base64url'],
  [{ kid: 'x', kty: 'RSA', n: 'AQAB', e: 'AQAB' }, '"x": RSA of 17 bits is shorter than 2048'],
  [{ kid: 'x', kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }, '"x": not a valid key'],
])('RFC 7517 §4: the key %j is left out in words', (jwk, words) => {
  const set = readKeySet(Buffer.from(JSON.stringify({ keys: [key.jwk, jwk] }))) as KeySet
  expect(set.leftOut).toEqual([words])
})

test('J-14: what is wrong with an RSA key is said, and the bounds are exact', () => {
  const good = 2n ** 2047n + 9n
  expect(rsaWeakness(good, 65_537n)).toBeUndefined()
  expect(rsaWeakness(2n ** 2047n - 1n, 65_537n)).toBe('RSA of 2047 bits is shorter than 2048')
  expect(rsaWeakness(2n ** 8192n, 65_537n)).toBe('RSA of 8193 bits is longer than 8192')
  expect(rsaWeakness(2n ** 8191n + 9n, 65_537n)).toBeUndefined()
  const odd = 'the RSA exponent is not an odd number of 3 and more, below 2^32'
  for (const exponent of [1n, 2n, 4n, 65_536n, 2n ** 32n, 2n ** 32n + 1n]) {
    expect(rsaWeakness(good, exponent)).toBe(odd)
  }
  expect(rsaWeakness(good, 3n)).toBeUndefined()
  expect(rsaWeakness(good, 2n ** 32n - 1n)).toBeUndefined()
})

test('F-02: why keys could not be fetched stands in the log and in the fault, with the issuer', async () => {
  const world = await startWorld({ keys: [key] })
  world.published.metadata = { issuer: 'https://evil.example', jwks_uri: `${ISSUER}/jwks` }
  const place = `${ISSUER}/.well-known/oauth-authorization-server`
  const words = `the metadata at ${place} is of issuer "https://evil.example"`
  await expect(world.ask(makeToken(key, personClaims()))).rejects.toMatchObject({
    code: 'identify.keys_unavailable',
    message: `no keys of ${ISSUER}: ${words}`,
    dependency: ISSUER,
    retryAfterSeconds: 30,
  })
  expect(world.warnings).toEqual([
    { issuer: ISSUER, reason: words, message: 'the keys of an issuer could not be fetched' },
  ])
})

test('RFC 8414 §2: metadata without a place of keys, and none at all, are named with their places', async () => {
  const place = `${ISSUER}/.well-known/oauth-authorization-server`
  const without = await startWorld({ keys: [key] })
  without.published.metadata = { issuer: ISSUER }
  await without.identify.warm()
  expect(without.identify.issuers()[0]?.lastFailure).toBe(
    `the metadata at ${place} has no \`jwks_uri\``,
  )
  const none = await startWorld({
    keys: [key],
    parts: { fetch: async () => ({ status: 404, headers: new Map(), body: Buffer.alloc(0) }) },
  })
  await none.identify.warm()
  expect(none.identify.issuers()[0]?.lastFailure).toBe(
    `no metadata at ${place}, ${ISSUER}/.well-known/openid-configuration`,
  )
})

test('J-16: keys that are left out are told once, as long as they are the same', async () => {
  const world = await startWorld({ keys: [key] })
  world.published.keys = [key.jwk, { kty: 'oct', k: 'AAAA', kid: 'x' }]
  const told = {
    issuer: ISSUER,
    leftOut: ['"x": not a public key'],
    message: 'keys of an issuer are not used',
  }
  await world.identify.warm()
  expect(world.warnings).toEqual([told])
  world.clock.advance(30)
  await world.identify.warm()
  expect(world.warnings).toEqual([told])
  world.published.keys = [key.jwk, { kty: 'oct', k: 'AAAA', kid: 'y' }]
  world.clock.advance(30)
  await world.identify.warm()
  expect(world.warnings).toHaveLength(2)
})
