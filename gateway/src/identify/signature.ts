// Verifies a JWS signature (RFC 7515 §5.2) off the main thread. The key carries its algorithm; that of the
// header was equal to it when the key was chosen.
import { verify } from 'node:crypto'
import { ALGORITHM_RULES } from './algorithms.ts'
import type { CompactJws } from './compact-jws.ts'
import type { SigningKey } from './key-set.ts'

/** Rejects where the check itself failed, which is never a pass. */
export function verifySignature(jws: CompactJws, key: SigningKey): Promise<boolean> {
  const { digest } = ALGORITHM_RULES[key.algorithm]
  return new Promise((resolve, reject) => {
    verify(digest, jws.signingInput, key.input, jws.signature, (error, valid) => {
      if (error === null) resolve(valid)
      else reject(error)
    })
  })
}
