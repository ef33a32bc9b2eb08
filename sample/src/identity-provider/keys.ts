// Signing keys of the provider (RFC 7517): made at each start, or read from a file so that tests can sign too.
// The first key signs, the others are only published.
import { createHash, createPrivateKey, generateKeyPair, sign, type JsonWebKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

export type SigningKey = JsonWebKey & {
  readonly kid: string
  readonly alg: 'RS256'
  readonly use: 'sig'
}

/** A fresh RSA key of 2048 bits; its id is the RFC 7638 thumbprint. */
export async function makeSigningKey(): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const jwk = privateKey.export({ format: 'jwk' })
  const members = JSON.stringify({ e: jwk.e, kty: 'RSA', n: jwk.n })
  const kid = createHash('sha256').update(members).digest('base64url')
  return { ...jwk, kid, alg: 'RS256', use: 'sig' }
}

/** Reads a private JWK Set. */
export async function readSigningKeys(file: string): Promise<readonly SigningKey[]> {
  const set = JSON.parse(await readFile(file, 'utf8')) as { readonly keys?: readonly SigningKey[] }
  const keys = set.keys ?? []
  const fit = keys.every((key) => key.kty === 'RSA' && key.alg === 'RS256' && key.d !== undefined)
  if (keys.length === 0 || !fit) throw new Error('the key file must hold private RS256 keys')
  return keys
}

/** A compact JWS over any claims, signed by `key`: for tests that need tokens no honest provider would make. */
export function signToken(key: SigningKey, claims: object, header: object = {}): string {
  const head = encode({ alg: 'RS256', typ: 'at+jwt', kid: key.kid, ...header })
  const input = `${head}.${encode(claims)}`
  const privateKey = createPrivateKey({ key, format: 'jwk' })
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
}

function encode(value: object) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
