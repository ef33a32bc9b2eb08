// What the gateway gives to a client and wants back unchanged: sealed with AES-256-GCM (NIST SP 800-38D) under keys of
// the state folder, so that a restart, and another process on the same folder, still opens it. One purpose never opens
// what was sealed for another. What is in it, to whom it is bound and how long it counts is for its user.
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { randomBytes } from '../system/ids.ts'
import type { SealingKeys } from './sealing-keys.ts'

export type Seals = {
  readonly of: (purpose: string) => Sealer
}

export type Sealer = {
  /** Base64url. */
  readonly seal: (text: string) => string
  /** `undefined`: altered, sealed for another purpose, or under a key that is gone. */
  readonly open: (sealed: string) => string | undefined
}

const CIPHER = 'aes-256-gcm'
const KEY_ID_BYTES = 4
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = KEY_ID_BYTES + NONCE_BYTES
const MAX_LENGTH = 262_144
const BASE64URL = /^[A-Za-z0-9_-]+$/

export function createSeals(keys: SealingKeys): Seals {
  return { of: (purpose) => sealerOf(keys, purpose) }
}

function sealerOf(keys: SealingKeys, purpose: string): Sealer {
  const derived = new Map<string, Buffer>()
  const additional = Buffer.from(`sallyport/1/${purpose}`)

  function keyOf(id: string, secret: Buffer): Buffer {
    let key = derived.get(id)
    if (key === undefined) {
      key = Buffer.from(hkdfSync('sha256', secret, '', additional, 32))
      derived.set(id, key)
    }
    return key
  }

  return {
    seal(text) {
      const { id, secret } = keys.newest()
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, keyOf(id, secret), nonce).setAAD(additional)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      const head = Buffer.from(id, 'hex')
      return Buffer.concat([head, nonce, body, cipher.getAuthTag()]).toString('base64url')
    },
    open(sealed) {
      if (sealed.length > MAX_LENGTH || !BASE64URL.test(sealed)) return undefined
      const bytes = Buffer.from(sealed, 'base64url')
      // One value has one spelling: bits that the last character leaves over are zero.
      if (bytes.length < HEAD_BYTES + TAG_BYTES) return undefined
      if (bytes.toString('base64url') !== sealed) return undefined
      const id = bytes.toString('hex', 0, KEY_ID_BYTES)
      const secret = keys.find(id)
      if (secret === undefined) return undefined
      const nonce = bytes.subarray(KEY_ID_BYTES, HEAD_BYTES)
      const options = { authTagLength: TAG_BYTES }
      const decipher = createDecipheriv(CIPHER, keyOf(id, secret), nonce, options)
        .setAAD(additional)
        .setAuthTag(bytes.subarray(-TAG_BYTES))
      try {
        const body = bytes.subarray(HEAD_BYTES, -TAG_BYTES)
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}
