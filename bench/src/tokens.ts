// Signed tokens for a benchmark, minted before the clock runs.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

export type BenchKey = { readonly privateKey: KeyObject; readonly publicPem: string }

export function createBenchKey(): BenchKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { privateKey, publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string }
}

/** `count` different RFC 9068 tokens of one person for one resource, RS256 of 2048 bit. */
export function mintTokens(
  key: BenchKey,
  issuer: string,
  resource: string,
  count: number,
  subject = 'bench-person',
): string[] {
  const header = Buffer.from(
    JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: 'bench' }),
  ).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  return Array.from({ length: count }, (_, n) => {
    const claims = {
      iss: issuer,
      sub: subject,
      aud: resource,
      client_id: 'bench',
      scope: 'mcp',
      groups: ['bench'],
      iat: now,
      exp: now + 3600,
      jti: `bench-${now}-${n}-${process.hrtime.bigint()}`,
    }
    const input = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
    return `${input}.${sign('sha256', Buffer.from(input), key.privateKey).toString('base64url')}`
  })
}
