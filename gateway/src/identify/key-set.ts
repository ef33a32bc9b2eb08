// A JWK Set (RFC 7517 §5) as the keys that may verify tokens of one issuer. Whatever is no public signature
// key that we trust is left out with its reason: symmetric, private, weak, of another use or curve.
// The algorithm belongs to the key, never to the token (RFC 8725 §3.1, attacks J-02).
import { createPublicKey } from 'node:crypto'
import type { VerifyKeyObjectInput } from 'node:crypto'
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { ALGORITHM_RULES, ALGORITHMS, isAlgorithm } from './algorithms.ts'
import type { Algorithm } from './algorithms.ts'
import { isTexts } from './claims.ts'
import { strictObject } from './compact-jws.ts'
import { shown } from './reasons.ts'
import { rsaWeakness } from './rsa-weakness.ts'

/** A key prepared for one algorithm. */
export type SigningKey = {
  readonly algorithm: Algorithm
  readonly input: VerifyKeyObjectInput
}

export type KeySet = {
  /** By `kid`; keys without one are under `undefined`. */
  readonly keys: ReadonlyMap<string | undefined, readonly SigningKey[]>
  readonly size: number
  /** What was left out, in words for the operator. */
  readonly leftOut: readonly string[]
}

export const MAX_KEYS = 100

/** The set, or in words why the document is none. A set without one usable key is none. */
export function readKeySet(bytes: Buffer): KeySet | string {
  const document = strictObject(bytes)
  const entries = document?.['keys']
  if (!Array.isArray(entries)) return 'not a JWK Set in strict JSON'
  if (entries.length > MAX_KEYS) return `${entries.length} keys, at most ${MAX_KEYS} are read`
  const keys = new Map<string | undefined, SigningKey[]>()
  const leftOut: string[] = []
  let size = 0
  for (const entry of entries as readonly JsonValue[]) {
    const prepared = prepare(entry)
    if (typeof prepared === 'string') {
      leftOut.push(`${shown(isJsonObject(entry) ? entry['kid'] : entry)}: ${prepared}`)
      continue
    }
    size += 1
    const same = keys.get(prepared.keyId)
    if (same === undefined) keys.set(prepared.keyId, prepared.signing)
    else same.push(...prepared.signing)
  }
  return size === 0 ? 'no usable signature key in it' : { keys, size, leftOut }
}

/**
 * The one key that fits, or `undefined`. With a `kid` only the keys of that name count; without, all do.
 * Two that fit are as bad as none: trying keys in turn lets the token choose (RFC 8725 §3.10).
 */
export function findKey(
  set: KeySet,
  keyId: string | undefined,
  algorithm: Algorithm,
): SigningKey | undefined {
  const candidates = keyId === undefined ? [...set.keys.values()].flat() : set.keys.get(keyId)
  const fitting = candidates?.filter((key) => key.algorithm === algorithm)
  return fitting?.length === 1 ? fitting[0] : undefined
}

function prepare(jwk: JsonValue): { keyId: string | undefined; signing: SigningKey[] } | string {
  if (!isJsonObject(jwk)) return 'not an object'
  const { kid, use, key_ops: operations, alg } = jwk
  if (kid !== undefined && typeof kid !== 'string') return '`kid` is not a string'
  if (use !== undefined && use !== 'sig') return 'not for signatures (`use`)'
  if (operations !== undefined && !(isTexts(operations) && operations.includes('verify'))) {
    return 'not for verifying (`key_ops`)'
  }
  if ('d' in jwk || 'k' in jwk) return 'not a public key'
  if (alg !== undefined && !isAlgorithm(alg)) return `algorithm ${shown(alg)} is not supported`
  const algorithms = ALGORITHMS.filter(
    (name) => fits(name, jwk) && (alg === undefined || alg === name),
  )
  if (algorithms.length === 0) return 'no algorithm fits its type and curve'
  const weakness = jwk['kty'] === 'RSA' ? weaknessOf(jwk) : undefined
  if (weakness !== undefined) return weakness
  try {
    const key = createPublicKey({ key: publicPart(jwk), format: 'jwk' })
    return {
      keyId: kid,
      signing: algorithms.map((algorithm) => ({
        algorithm,
        input: { key, ...ALGORITHM_RULES[algorithm].options },
      })),
    }
  } catch {
    return 'not a valid key'
  }
}

// JWK without `alg`: the type and curve of the key say what it is for.
function fits(name: Algorithm, jwk: JsonObject): boolean {
  const rule = ALGORITHM_RULES[name]
  return jwk['kty'] === rule.keyType && (rule.curve === undefined || jwk['crv'] === rule.curve)
}

function weaknessOf(jwk: JsonObject): string | undefined {
  const modulus = unsigned(jwk['n'])
  const exponent = unsigned(jwk['e'])
  if (modulus === undefined || exponent === undefined) return '`n` or `e` is not base64url'
  return rsaWeakness(modulus, exponent)
}

function unsigned(value: JsonValue | undefined): bigint | undefined {
  if (typeof value !== 'string' || !/^[\w-]+$/.test(value)) return undefined
  return BigInt(`0x0${Buffer.from(value, 'base64url').toString('hex')}`)
}

function publicPart(jwk: JsonObject): Record<string, JsonValue | undefined> {
  const { kty, crv, x, y, n, e } = jwk
  return { kty, crv, x, y, n, e }
}
