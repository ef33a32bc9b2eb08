// A salted commitment stands in a record where a personal value would: SHA-256 over salt, label and value,
// each apart by a zero byte. With the salt of the side file anybody can check a value; without it a short
// value cannot be guessed. Salts are per person, so that forgetting one person forgets all of them.
import { hash } from 'node:crypto'

/** What is committed to. `arguments` and `result` carry the record's sequence number, so that equal ones do not show. */
export type Label =
  | 'subject'
  | 'tenant'
  | 'tags'
  | 'session'
  | 'address'
  | 'reason'
  | `arguments:${number}`
  | `result:${number}`

export const SALT_BYTES = 32

/** `salt` is base64url text, as it stands in the side file. */
export function commitment(salt: string, label: string, value: string): string {
  return hash('sha256', `${salt}\0${label}\0${value}`, 'base64url')
}

/** The same of bytes. */
export function digest(salt: string, label: string, value: Uint8Array): string {
  const start = scratch.write(`${salt}\0${label}\0`)
  if (start + value.length > scratch.length) {
    return hash('sha256', Buffer.concat([scratch.subarray(0, start), value]), 'base64url')
  }
  scratch.set(value, start)
  return hash('sha256', scratch.subarray(0, start + value.length), 'base64url')
}

const scratch = Buffer.allocUnsafe(64 * 1024)
