// readKeySet and findKey: which keys of a JWK Set may verify, and which one a token gets
// (RFC 7517 §4–5, attacks J-02, J-14, J-16).
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { findKey, readKeySet } from '../../src/identify/key-set.ts'
import type { KeySet } from '../../src/identify/key-set.ts'
import { rsaWeakness } from '../../src/identify/rsa-weakness.ts'
import { verifySignature } from '../../src/identify/signature.ts'
import { makeKey } from './world.ts'

const ec = makeKey('ec')
const rsa = makeKey('rsa', 'RS256')
const okp = makeKey('okp', 'EdDSA')

function read(...keys: unknown[]): KeySet | string {
  return readKeySet(Buffer.from(JSON.stringify({ keys })))
}
/** The set of a good key and one that is judged. */
function leftOut(jwk: unknown): string {
  const set = read(ec.jwk, jwk) as KeySet
  expect(set.size).toBe(1)
  return set.leftOut.join()
}
function jwkOf(type: 'rsa' | 'ec', options: object): Record<string, unknown> {
  const pair = generateKeyPairSync(type as 'rsa', options as { modulusLength: number })
  return { ...pair.publicKey.export({ format: 'jwk' }) }
}
function number(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}

describe('J-16: a document that is no set', () => {
  test.each([
    ['HTML', '<html>'],
    ['an array', '[]'],
    ['no keys', '{}'],
    ['keys of another type', '{"keys":{}}'],
    ['an empty set', '{"keys":[]}'],
    ['J-10: keys twice', '{"keys":[],"keys":[]}'],
  ])('%s is refused', (_name, text) => {
    expect(readKeySet(Buffer.from(text))).toBeTypeOf('string')
  })

  test('more than 100 keys are refused, 100 are read', () => {
    const many = Array.from({ length: 100 }, (_, at) => ({ ...ec.jwk, kid: String(at) }))
    expect((read(...many) as KeySet).size).toBe(100)
    expect(read(...many, ec.jwk)).toContain('101 keys')
  })
})

describe('J-14, J-16: keys that are left out', () => {
  const weak = jwkOf('rsa', { modulusLength: 1024 })
  test.each([
    ['no object', 7, 'not an object'],
    ['kid as a number', { ...ec.jwk, kid: 1 }, 'kid'],
    ['for encryption', { ...ec.jwk, use: 'enc' }, 'use'],
    ['for signing only', { ...ec.jwk, key_ops: ['sign'] }, 'key_ops'],
    ['key_ops as text', { ...ec.jwk, key_ops: 'verify' }, 'key_ops'],
    ['symmetric', { kty: 'oct', k: 'AAAA', alg: 'HS256' }, 'public'],
    ['private', { ...ec.jwk, d: 'AAAA' }, 'public'],
    ['for HMAC', { ...ec.jwk, alg: 'HS256' }, 'not supported'],
    ['alg of another type of key', { ...ec.jwk, alg: 'RS256' }, 'no algorithm fits'],
    [
      'P-521 as ES256',
      { ...jwkOf('ec', { namedCurve: 'P-521' }), alg: 'ES256' },
      'no algorithm fits',
    ],
    ['a symmetric key without k', { kty: 'oct' }, 'no algorithm fits'],
    ['a point that is not on the curve', { ...ec.jwk, y: ec.jwk['x'] }, 'not a valid key'],
    ['a short Ed25519 key', { ...okp.jwk, x: 'AAAA' }, 'not a valid key'],
    ['RSA 1024', weak, 'shorter than 2048'],
    ['RSA with e = 1', { ...rsa.jwk, e: 'AQ' }, 'exponent'],
    ['RSA with an even e', { ...rsa.jwk, e: number(65_536n) }, 'exponent'],
    ['RSA with a huge e', { ...rsa.jwk, e: number(2n ** 64n + 1n) }, 'exponent'],
    ['RSA of 16384 bits', { ...rsa.jwk, n: number(2n ** 16_383n + 1n) }, 'longer than 8192'],
    ['RSA without n', { ...rsa.jwk, n: undefined }, 'base64url'],
    ['RSA with n in base64', { ...rsa.jwk, n: '+/' }, 'base64url'],
  ])('%s', (_name, jwk, reason) => {
    expect(leftOut(jwk)).toContain(reason)
  })

  test('CVE-2017-15361: a modulus with its fingerprint is weak, an ordinary one is not', () => {
    const primes = [
      3n,
      5n,
      7n,
      11n,
      13n,
      17n,
      19n,
      23n,
      29n,
      31n,
      37n,
      41n,
      43n,
      47n,
      53n,
      59n,
      61n,
    ]
    const more = [67n, 71n, 73n, 79n, 83n, 89n, 97n, 101n, 103n, 107n, 109n, 113n, 127n, 131n, 137n]
    const last = [139n, 149n, 151n, 157n, 163n, 167n]
    const product = [...primes, ...more, ...last].reduce((all, prime) => all * prime, 1n)
    const modulus = 2n ** 2047n - (2n ** 2047n % product) + product + 65_537n
    expect(rsaWeakness(modulus, 65_537n)).toContain('CVE-2017-15361')
    expect(rsaWeakness(modulus + 2n, 65_537n)).toBeUndefined()
  })
})

describe('RFC 8725 §3.10: which key a token gets', () => {
  test('by kid, and only for the algorithm of the key', () => {
    const set = read(ec.jwk, rsa.jwk, okp.jwk) as KeySet
    expect(findKey(set, 'ec', 'ES256')).toBeDefined()
    expect(findKey(set, 'ec', 'RS256')).toBeUndefined()
    expect(findKey(set, 'rsa', 'PS256')).toBeUndefined()
    expect(findKey(set, 'none', 'ES256')).toBeUndefined()
  })

  test('without kid only where exactly one key fits', () => {
    expect(findKey(read(ec.jwk, rsa.jwk) as KeySet, undefined, 'ES256')).toBeDefined()
    const two = read(ec.jwk, makeKey('ec2').jwk) as KeySet
    expect(findKey(two, undefined, 'ES256')).toBeUndefined()
  })

  test('two keys of one kid: the one that fits, or none', () => {
    expect(findKey(read(ec.jwk, { ...rsa.jwk, kid: 'ec' }) as KeySet, 'ec', 'RS256')).toBeDefined()
    const two = read(ec.jwk, makeKey('ec').jwk) as KeySet
    expect(findKey(two, 'ec', 'ES256')).toBeUndefined()
  })
})

test('M-27: a signature that cannot be checked rejects and does not pass', async () => {
  const { publicKey } = generateKeyPairSync('x25519')
  const jws = {
    algorithm: 'EdDSA',
    keyId: undefined,
    type: undefined,
    payload: Buffer.alloc(1),
    signingInput: Buffer.alloc(1),
    signature: Buffer.alloc(64),
  }
  const key = { algorithm: 'EdDSA', input: { key: publicKey } } as const
  await expect(verifySignature(jws, key)).rejects.toThrow('operation not supported')
})
