// Tokens that somebody made without the issuer, or bent, refused before anything in them is believed
// (attacks J-01 … J-05, J-08, J-10, J-11, J-14).
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Identity } from '../../src/identify/identity.ts'
import {
  encode,
  headOf,
  ISSUER,
  makeKey,
  makeToken,
  personClaims,
  signBytes,
  startWorld,
} from './world.ts'

const key = makeKey('k1')
const rsa = makeKey('r1', 'RS256')
const other = makeKey('k1')
const good = makeToken(key, personClaims())

describe('forged tokens', () => {
  const unsigned = (header: object): string => `${encode(header)}.${encode(personClaims())}.`
  const payload = encode(personClaims())

  test.each(['none', 'None', 'nOnE', 'NONE'])('J-01: alg %s is refused', async (alg) => {
    const world = await startWorld({ keys: [key] })
    expect(await world.ask(unsigned({ alg, typ: 'at+jwt' }))).toMatchObject({
      refused: 'identify.malformed_token',
    })
    expect(await world.ask(`${unsigned({ alg, typ: 'at+jwt' })}AAAA`)).toMatchObject({
      refused: 'identify.unacceptable_algorithm',
    })
  })

  test('J-02: HS256 with any form of the public key as secret is refused', async () => {
    const world = await startWorld({ keys: [rsa] })
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const secrets = [
      pem,
      pem.trim(),
      ` ${pem}`,
      rsa.publicKey.export({ type: 'spki', format: 'der' }),
      rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      JSON.stringify(rsa.jwk),
    ]
    const input = `${encode({ alg: 'HS256', kid: 'r1', typ: 'at+jwt' })}.${payload}`
    for (const secret of secrets) {
      const mac = createHmac('sha256', secret).update(input).digest('base64url')
      expect(await world.ask(`${input}.${mac}`)).toMatchObject({
        refused: 'identify.unacceptable_algorithm',
      })
    }
  })

  test('J-02: the algorithm comes from the issuer’s list, not from the token', async () => {
    const world = await startWorld({ keys: [key], issuer: { algorithms: ['RS256'] } })
    expect(await world.ask(good)).toMatchObject({
      refused: 'identify.unacceptable_algorithm',
      expected: 'RS256',
    })
  })

  test('J-02: a key without `alg` serves the algorithms of its type alone', async () => {
    const { alg: _alg, ...jwk } = rsa.jwk
    const world = await startWorld({ keys: [{ ...rsa, jwk }] })
    expect(await world.ask(makeToken(rsa, personClaims()))).toBeInstanceOf(Identity)
    expect(
      await world.ask(makeToken({ ...rsa, alg: 'PS256' }, personClaims({ jti: 'p' }))),
    ).toBeInstanceOf(Identity)
    expect(await world.ask(makeToken(rsa, personClaims(), { alg: 'ES256' }))).toMatchObject({
      refused: 'identify.unknown_key',
    })
  })

  test.each(['../../etc/passwd', "' OR 1=1 --", 'a\r\nSet-Cookie: x', '__proto__', 'constructor'])(
    'J-03: kid %j finds nothing',
    async (kid) => {
      const world = await startWorld({ keys: [key] })
      expect(await world.ask(makeToken(key, personClaims(), { kid }))).toMatchObject({
        refused: 'identify.unknown_key',
      })
    },
  )

  test('J-04: keys that the token brings are not read, and nothing is fetched from where it says', async () => {
    const world = await startWorld({ keys: [key] })
    for (const header of [
      { jwk: other.jwk },
      { jku: 'https://evil.example/jwks' },
      { x5u: 'https://evil.example/x5' },
      { x5c: ['AAAA'] },
    ]) {
      expect(await world.ask(makeToken(other, personClaims(), header))).toMatchObject({
        refused: 'identify.bad_signature',
      })
    }
    expect(world.published.requests.filter((url) => !url.startsWith(ISSUER))).toEqual([])
  })

  test('J-14: r = s = 0 and a signature of another length are refused', async () => {
    const world = await startWorld({ keys: [key] })
    const input = good.slice(0, good.lastIndexOf('.'))
    for (const bytes of [64, 63, 65, 1]) {
      const zeros = Buffer.alloc(bytes).toString('base64url')
      expect(await world.ask(`${input}.${zeros}`)).toMatchObject({
        refused: 'identify.bad_signature',
      })
    }
  })

  test('J-08: the same kid at two issuers: each key serves its own issuer alone', async () => {
    const second = 'https://other.example'
    const world = await startWorld({
      issuers: [
        { issuer: ISSUER, profile: 'rfc9068', jwksUri: `${ISSUER}/jwks` },
        { issuer: second, profile: 'rfc9068', jwksUri: `${second}/jwks` },
      ],
      parts: {
        fetch: async (url) => {
          const jwk = url.startsWith(ISSUER) ? key.jwk : other.jwk
          return {
            status: 200,
            headers: new Map(),
            body: Buffer.from(JSON.stringify({ keys: [jwk] })),
          }
        },
      },
    })
    expect(await world.ask(good)).toBeInstanceOf(Identity)
    const theirs = personClaims({ iss: second })
    expect(await world.ask(makeToken(other, theirs))).toBeInstanceOf(Identity)
    expect(await world.ask(makeToken(key, theirs))).toMatchObject({
      refused: 'identify.bad_signature',
    })
    expect(await world.ask(makeToken(other, personClaims()))).toMatchObject({
      refused: 'identify.bad_signature',
    })
    // A token of the second issuer is found in its own partition.
    const token = makeToken(other, personClaims({ iss: second, jti: 'again' }))
    const identity = await world.ask(token)
    expect(world.identify.identify(headOf(`Bearer ${token}`))).toBe(identity)
  })

  test.each([
    `${ISSUER}/`,
    'https://LOGIN.acme.example',
    'http://login.acme.example',
    '',
    undefined,
    7,
  ])('J-08: iss %j is not the configured issuer', async (iss) => {
    const world = await startWorld({ keys: [key] })
    expect(await world.ask(makeToken(key, personClaims({ iss })))).toMatchObject({
      refused: 'identify.unknown_issuer',
    })
  })

  test.each(['[]', '"x"', '{"iss":1,"iss":2}', '{', '7'])(
    'J-10: claims %s are refused before anything in them is believed',
    async (claims) => {
      const world = await startWorld({ keys: [key] })
      expect(await world.ask(makeToken(key, claims))).toMatchObject({
        refused: 'identify.malformed_token',
      })
    },
  )

  test('J-10: a second member of the same name anywhere in the claims is refused', async () => {
    const world = await startWorld({ keys: [key] })
    const text = JSON.stringify(personClaims()).replace('"sub"', '"sub":"bob","s\\u0075b"')
    expect(await world.ask(makeToken(key, text))).toMatchObject({
      refused: 'identify.malformed_token',
    })
  })

  test('J-11: claims named like members of Object.prototype are names like any other', async () => {
    const world = await startWorld({
      keys: [key],
      issuer: { tags: { c: 'constructor', t: 'toString' } },
    })
    const text = JSON.stringify(personClaims()).replace('{', '{"__proto__":{"admin":true},')
    const identity = (await world.ask(makeToken(key, text))) as Identity
    expect(identity).toBeInstanceOf(Identity)
    expect(identity.principal.tags.size).toBe(0)
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })
})

test('signBytes signs what was encoded: the tests can fail', async () => {
  const world = await startWorld({ keys: [key] })
  const [header, payload] = good.split('.')
  const moved = encode(personClaims({ sub: 'mallory' }))
  expect(
    await world.ask(`${header}.${moved}.${signBytes(key, `${header}.${payload}`)}`),
  ).toMatchObject({ refused: 'identify.bad_signature' })
})
