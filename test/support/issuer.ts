// An issuer whose keys the tests hold: it publishes metadata and JWKS and mints whatever token an attacker could
// want. Real keys, real sockets; only sign-in is missing, which sample/ has.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type SigningKey = {
  readonly kid: string
  readonly alg: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}
export type Claims = Record<string, unknown>
export type Mint = {
  readonly claims?: Claims
  readonly header?: Record<string, unknown>
  readonly key?: SigningKey
}

export type TestIssuer = {
  readonly issuer: string
  readonly key: SigningKey
  /** GETs of the key set so far. */
  readonly keyFetches: () => number
  /** A token for `resource` of a person with groups; claims and header given win, `undefined` removes one. */
  readonly mint: (resource: string, more?: Mint) => string
  /** Replaces how the key set is answered; `undefined` restores it. */
  readonly answerKeys: (answer: ((response: ServerResponse) => void) | undefined) => void
  /** Members of the metadata that win over the honest ones. */
  readonly publishMetadata: (members: Record<string, unknown>) => void
  /** Publishes further keys beside the first one. */
  readonly publish: (...keys: readonly (SigningKey | Record<string, unknown>)[]) => void
  readonly close: () => Promise<void>
}

export function createSigningKey(
  kid: string,
  alg: 'RS256' | 'ES256' | 'EdDSA' = 'RS256',
): SigningKey {
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519')
  return { kid, alg, ...pair }
}

export function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(
    'base64url',
  )
}

/** Signs header and claims as they are given (strings are taken as raw JSON text). */
export function signToken(key: SigningKey, header: unknown, claims: unknown): string {
  const input = `${encode(header)}.${encode(claims)}`
  const signature =
    key.alg === 'EdDSA'
      ? sign(null, Buffer.from(input), key.privateKey)
      : sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

let minted = 0

export async function startIssuer(): Promise<TestIssuer> {
  const key = createSigningKey('test-key-1')
  const extra: (SigningKey | Record<string, unknown>)[] = []
  let metadata: Record<string, unknown> = {}
  let fetches = 0
  let answer: ((response: ServerResponse) => void) | undefined
  let issuer = ''
  const server = createServer((request, response) => {
    if (request.url === '/jwks') {
      fetches++
      if (answer) return answer(response)
      return json(response, { keys: [key, ...extra].map(publicJwk) })
    }
    if (request.url?.startsWith('/.well-known/')) {
      return json(response, {
        issuer,
        jwks_uri: `${issuer}/jwks`,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        registration_endpoint: `${issuer}/register`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        ...metadata,
      })
    }
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    key,
    keyFetches: () => fetches,
    mint(resource, { claims = {}, header = {}, key: signingKey = key } = {}) {
      const now = Math.floor(Date.now() / 1000)
      return signToken(
        signingKey,
        { alg: signingKey.alg, typ: 'at+jwt', kid: signingKey.kid, ...header },
        {
          iss: issuer,
          sub: 'alice',
          aud: resource,
          client_id: 'test-client',
          scope: 'mcp',
          tenant: 'acme',
          groups: ['settlement-analysts'],
          iat: now,
          exp: now + 600,
          jti: `jti-${++minted}`,
          ...claims,
        },
      )
    },
    answerKeys(next) {
      answer = next
    },
    publishMetadata(members) {
      metadata = members
    },
    publish: (...keys) => void extra.push(...keys),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function publicJwk(key: SigningKey | Record<string, unknown>): Record<string, unknown> {
  if (!('publicKey' in key)) return key
  const { kid, alg, publicKey } = key as SigningKey
  return { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
