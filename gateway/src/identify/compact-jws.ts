// One compact JWS, taken apart strictly (RFC 7515 §7.1; attacks J-01, J-05, J-10, J-12, J-13): three segments
// in canonical base64url, a header that is strict JSON and asks for nothing that is not understood.
// Parameters that carry keys (`jwk`, `jku`, `x5u`, `x5c`) are not read at all (J-04). No key is chosen here.
import { readJson } from '../json/read.ts'
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject } from '../json/value.ts'
import type { Refusal } from '../refusal.ts'
import { malformed } from './reasons.ts'

export type CompactJws = {
  readonly algorithm: string
  readonly keyId: string | undefined
  /** As sent; media types are compared by the profile. */
  readonly type: string | undefined
  readonly payload: Buffer
  /** What was signed: the first two segments with their dot (RFC 7515 §5.2). */
  readonly signingInput: Buffer
  readonly signature: Buffer
}

const SEGMENTS = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/
const MAX_HEADER_BYTES = 1024
const LIMITS = { depth: 16, nodes: 4096, numberLength: 64 }

export function parseCompactJws(token: string): CompactJws | Refusal {
  const segments = SEGMENTS.exec(token)
  if (segments === null) return malformed('not three segments of base64url')
  const header = decode(segments[1] as string)
  const payload = decode(segments[2] as string)
  const signature = decode(segments[3] as string)
  if (header === undefined || payload === undefined || signature === undefined) {
    return malformed('a segment is not canonical base64url')
  }
  if (header.length > MAX_HEADER_BYTES) return malformed('the header is too long')
  const parameters = strictObject(header)
  if (parameters === undefined) return malformed('the header is not a strict JSON object')
  const { alg, kid, typ } = parameters
  // MUST (RFC 7515 §4.1.11): an extension that is not understood refuses the token; we understand none.
  if (Object.hasOwn(parameters, 'crit')) return malformed('`crit` names extensions')
  // `b64` changes what is signed (RFC 7797 §3), `enc` and `zip` belong to encryption (RFC 7516 §4.1).
  if (['b64', 'enc', 'zip'].some((name) => Object.hasOwn(parameters, name))) {
    return malformed('the header has `b64`, `enc` or `zip`')
  }
  if (typeof alg !== 'string') return malformed('`alg` is not a string')
  if (kid !== undefined && typeof kid !== 'string') return malformed('`kid` is not a string')
  if (typ !== undefined && typeof typ !== 'string') return malformed('`typ` is not a string')
  return {
    algorithm: alg,
    keyId: kid,
    type: typ,
    payload,
    signingInput: Buffer.from(token.slice(0, token.lastIndexOf('.')), 'latin1'),
    signature,
  }
}

/** Strict JSON (RFC 8259, no duplicate members) with an object at its root. */
export function strictObject(bytes: Buffer): JsonObject | undefined {
  const read = readJson(bytes, LIMITS)
  return 'value' in read && isJsonObject(read.value) ? read.value : undefined
}

// Node's decoder takes padding, `+/` and loose trailing bits: what it decodes must encode to the same text.
function decode(segment: string): Buffer | undefined {
  const bytes = Buffer.from(segment, 'base64url')
  return bytes.toString('base64url') === segment ? bytes : undefined
}
