// Signatures that satisfy a careless verifier, and keys that are none: zero signatures, foreign curves, short RSA.
import { generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import {
  createSigningKey,
  startIssuer,
  type SigningKey,
  type TestIssuer,
} from '../support/issuer.ts'
import { present } from '../support/present.ts'

const rsa = (kid: string, modulusLength: number): SigningKey => ({
  kid,
  alg: 'RS256',
  ...generateKeyPairSync('rsa', { modulusLength }),
})
const curve = (kid: string, namedCurve: string): SigningKey => ({
  kid,
  alg: 'ES256',
  ...generateKeyPairSync('ec', { namedCurve }),
})
const good = createSigningKey('good-ec', 'ES256')
const exponentOne = rsa('exponent-one', 2048)
const weak = {
  'RSA of 512 bits': rsa('rsa-512', 512),
  'RSA of 1024 bits': rsa('rsa-1024', 1024),
  'P-521 under the name of P-256’s algorithm': curve('p-521', 'P-521'),
  'P-384 under the name of P-256’s algorithm': curve('p-384', 'P-384'),
  'secp256k1 under the name of P-256’s algorithm': curve('k-256', 'secp256k1'),
} as const

let second: TestIssuer
let world: TestGateway
beforeAll(async () => {
  second = await startIssuer()
  const jwk = { ...good.publicKey.export({ format: 'jwk' }), alg: 'ES256' }
  second.publish(
    good,
    ...Object.values(weak),
    { ...exponentOne.publicKey.export({ format: 'jwk' }), e: 'AQ', kid: 'exponent-one' },
    // Not on the curve: the coordinates of the good key, exchanged.
    { ...jwk, x: jwk.y, y: jwk.x, kid: 'off-curve' },
    // The good point under the name of another curve.
    { ...jwk, crv: 'P-521', kid: 'other-name' },
  )
  world = await startTestGateway({
    moreIssuers: [
      `{ issuer: "${second.issuer}", profile: rfc9068, algorithms: [RS256, ES256], tags: { groups: groups }, allowInsecureIssuer: true }`,
    ],
  })
})
afterAll(async () => {
  await world.stop()
  await second.close()
})

const mint = (key: SigningKey, header = {}) =>
  second.mint(world.resource('records'), { key, header })

test.each(Object.keys(weak) as (keyof typeof weak)[])(
  'J-14 RFC 7518 §3.3, §3.4: a token signed with %s is refused',
  async (name) => {
    expect(await present(world, mint(weak[name]))).toEqual({
      status: 401,
      code: 'identify.unknown_key',
    })
  },
)

test('J-14 RFC 7518 §3.4: keys off their curve verify nothing', async () => {
  for (const kid of ['off-curve', 'other-name']) {
    expect(await present(world, mint(good, { kid }))).toEqual({
      status: 401,
      code: 'identify.unknown_key',
    })
  }
})

test('J-14 CVE-2006-4339: with an RSA exponent of 1 anybody signs, so it is no key', async () => {
  const input = mint(exponentOne).split('.').slice(0, 2).join('.')
  // s^1 mod n is s: the padded digest is its own signature.
  const signed = sign('sha256', Buffer.from(input), exponentOne.privateKey)
  const { n = '', e = '' } = exponentOne.publicKey.export({ format: 'jwk' })
  const padded = power(
    number(signed),
    number(Buffer.from(e, 'base64url')),
    number(Buffer.from(n, 'base64url')),
  )
  const forged = Buffer.from(padded.toString(16).padStart(512, '0'), 'hex').toString('base64url')
  expect(await present(world, `${input}.${forged}`)).toEqual({
    status: 401,
    code: 'identify.unknown_key',
  })
})

const ZERO = Buffer.alloc(32)
const ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
const SIGNATURES = {
  'r = s = 0': () => Buffer.alloc(64),
  'r = 0': (_r: Buffer, s: Buffer) => Buffer.concat([ZERO, s]),
  's = 0': (r: Buffer) => Buffer.concat([r, ZERO]),
  'r = s = n': () => Buffer.concat([ORDER, ORDER]),
  's above n': (r: Buffer) => Buffer.concat([r, Buffer.alloc(32, 255)]),
  'a byte too few': (r: Buffer, s: Buffer) => Buffer.concat([r, s.subarray(1)]),
  'a byte too many': (r: Buffer, s: Buffer) => Buffer.concat([r, s, Buffer.alloc(1)]),
  'the length of P-521': () => Buffer.alloc(132),
} as const

test.each(Object.keys(SIGNATURES) as (keyof typeof SIGNATURES)[])(
  'J-14 CVE-2022-21449: an ES256 signature with %s is refused',
  async (form) => {
    const [header, claims, text = ''] = mint(good).split('.')
    const signature = Buffer.from(text, 'base64url')
    const forged = SIGNATURES[form](signature.subarray(0, 32), signature.subarray(32))
    expect(await present(world, `${header}.${claims}.${forged.toString('base64url')}`)).toEqual({
      status: 401,
      code: 'identify.bad_signature',
    })
  },
)

test('J-14 RFC 7518 §3.4: an ES256 signature in DER is refused', async () => {
  const input = mint(good).split('.').slice(0, 2).join('.')
  const der = sign('sha256', Buffer.from(input), good.privateKey)
  expect(await present(world, `${input}.${der.toString('base64url')}`)).toMatchObject({
    status: 401,
  })
})

test('J-14 RFC 8725 §3.4: keys that are left out are named in a warning', () => {
  const warning = world
    .log()
    .split('\n')
    .find((line) => line.includes('keys of an issuer are not used'))
  expect(warning).toContain('RSA of 512 bits is shorter than 2048')
  expect(warning).toContain('p-521')
  expect((JSON.parse(warning ?? '{}') as { level?: number }).level).toBe(40)
})

test('J-14 control: the good key beside them verifies, on P-256', async () => {
  expect(await present(world, mint(good))).toEqual({ status: 200, code: undefined })
})

function number(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}
