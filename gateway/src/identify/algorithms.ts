// The signature algorithms that an issuer may be allowed to use (RFC 7518 §3.1, RFC 8037 §3.1), as data:
// which keys they take and how `node:crypto` is asked. No `none`, no HMAC: whoever could verify could sign
// (RFC 8725 §2.1, §3.1).
import { constants } from 'node:crypto'
import type { VerifyKeyObjectInput } from 'node:crypto'

export const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

export type AlgorithmRule = {
  readonly keyType: 'RSA' | 'EC' | 'OKP'
  readonly curve: string | undefined
  /** `null` where the algorithm brings its own digest. */
  readonly digest: 'sha256' | null
  readonly options: Omit<VerifyKeyObjectInput, 'key'>
}

export const ALGORITHM_RULES: Readonly<Record<Algorithm, AlgorithmRule>> = {
  RS256: {
    keyType: 'RSA',
    curve: undefined,
    digest: 'sha256',
    options: { padding: constants.RSA_PKCS1_PADDING },
  },
  // MUST (RFC 7518 §3.5): the salt is as long as the digest.
  PS256: {
    keyType: 'RSA',
    curve: undefined,
    digest: 'sha256',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  },
  // MUST (RFC 7518 §3.4): R and S as 32 octets each, not DER.
  ES256: {
    keyType: 'EC',
    curve: 'P-256',
    digest: 'sha256',
    options: { dsaEncoding: 'ieee-p1363' },
  },
  EdDSA: { keyType: 'OKP', curve: 'Ed25519', digest: null, options: {} },
}

export function isAlgorithm(name: unknown): name is Algorithm {
  return ALGORITHMS.some((algorithm) => algorithm === name)
}
