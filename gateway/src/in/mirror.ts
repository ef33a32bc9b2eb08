// Mirrored header values (SEP-2243): safe ASCII as it is, anything else as `=?base64?…?=` over UTF-8.
// A mirror is only ever compared with the body; nothing is decided on it.
import { isUtf8 } from 'node:buffer'

const PREFIX = '=?base64?'
const SUFFIX = '?='
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const SAFE = /^[\t\u0020-\u007e]*$/
/** Longer ones are refused before they are decoded. */
const MAX_LENGTH = 8192

/** The value that a mirrored header stands for; `undefined`: malformed. */
export function decodeMirror(header: string): string | undefined {
  if (header.length > MAX_LENGTH || !SAFE.test(header)) return undefined
  if (!header.startsWith(PREFIX) || !header.endsWith(SUFFIX)) return header
  const encoded = header.slice(PREFIX.length, -SUFFIX.length)
  // MUST (SEP-2243): a server refuses what is not canonical base64 of UTF-8.
  if (!BASE64.test(encoded)) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  // Canonical (RFC 4648 §3.5): the bits that padding leaves over are zero, so that one value has one spelling.
  if (bytes.toString('base64') !== encoded) return undefined
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined
}
