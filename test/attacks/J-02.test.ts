// The public key is no secret: whoever uses it as one (HS256) is refused. The algorithm comes from the key and
// from the issuer's list, never from the token.
import { constants, createHmac, sign } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createSigningKey, encode, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { present } from '../support/present.ts'

const nameless = createSigningKey('nameless')
let second: TestIssuer
let world: TestGateway
beforeAll(async () => {
  second = await startIssuer()
  // A key without `alg`: its type would serve RS256 and PS256 alike.
  second.publish({ ...nameless.publicKey.export({ format: 'jwk' }), kid: nameless.kid })
  world = await startTestGateway({
    moreIssuers: [
      `{ issuer: "${second.issuer}", profile: rfc9068, algorithms: [RS256], tags: { groups: groups }, allowInsecureIssuer: true }`,
    ],
  })
})
afterAll(async () => {
  await world.stop()
  await second.close()
})

const FORMS = {
  'SPKI PEM': (pem: string) => pem,
  'SPKI PEM, trimmed': (pem: string) => pem.trim(),
  'SPKI PEM after white space': (pem: string) => ` \n${pem}`,
  'SPKI DER': () => world.issuer.key.publicKey.export({ type: 'spki', format: 'der' }),
  'PKCS 1 PEM': () => world.issuer.key.publicKey.export({ type: 'pkcs1', format: 'pem' }),
  JWK: () => JSON.stringify(world.issuer.key.publicKey.export({ format: 'jwk' })),
} as const

test.each(Object.keys(FORMS) as (keyof typeof FORMS)[])(
  'J-02 RFC 8725 §2.1: HS256 with the public key as %s is refused',
  async (form) => {
    const { kid, publicKey } = world.issuer.key
    const secret = FORMS[form](publicKey.export({ type: 'spki', format: 'pem' }).toString())
    const [, claims] = world.token().split('.')
    for (const alg of ['HS256', 'hs256', 'HS512']) {
      const input = `${encode({ alg, typ: 'at+jwt', kid })}.${claims}`
      const digest = alg === 'HS512' ? 'sha512' : 'sha256'
      const mac = createHmac(digest, secret).update(input).digest('base64url')
      expect(await present(world, `${input}.${mac}`)).toEqual({
        status: 401,
        code: 'identify.unacceptable_algorithm',
      })
    }
  },
)

test('J-02 RFC 8725 §3.1: a key without alg does not let the token leave the list of the issuer', async () => {
  const [, claims] = second.mint(world.resource('records')).split('.')
  const input = `${encode({ alg: 'PS256', typ: 'at+jwt', kid: nameless.kid })}.${claims}`
  const signature = sign('sha256', Buffer.from(input), {
    key: nameless.privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: 32,
  })
  expect(await present(world, `${input}.${signature.toString('base64url')}`)).toEqual({
    status: 401,
    code: 'identify.unacceptable_algorithm',
  })
})

test('J-02 RFC 8725 §3.1: a key without alg serves no algorithm of another type', async () => {
  const token = second.mint(world.resource('records'), {
    key: nameless,
    header: { alg: 'ES256' },
  })
  expect(await present(world, token)).toMatchObject({ status: 401 })
})

test('J-02 control: a key without alg serves the algorithm that is listed', async () => {
  const token = second.mint(world.resource('records'), { key: nameless })
  expect(await present(world, token)).toEqual({ status: 200, code: undefined })
})
