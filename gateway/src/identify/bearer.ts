// The access token out of the Authorization header (RFC 6750 §2.1). The stage `in` has refused a second
// header and credentials in the query before; here there is one header or none.
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import { malformed } from './reasons.ts'

/** Longer tokens are refused unread (attacks J-13). */
export const MAX_TOKEN_CHARACTERS = 8192

// RFC 6750 §2.1 `b64token`; the stricter form of a JWS is checked when the token is parsed.
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

export function bearerToken(header: string | undefined): string | Refusal {
  if (header === undefined) return refuse('identify.no_token')
  const space = header.indexOf(' ')
  const scheme = space === -1 ? header : header.slice(0, space)
  // RFC 9110 §11.1: the scheme is case-insensitive.
  if (scheme !== 'Bearer' && scheme.toLowerCase() !== 'bearer') {
    return refuse('identify.unsupported_scheme', { expected: '`Bearer`' })
  }
  let start = scheme.length
  while (header[start] === ' ') start += 1
  const length = header.length - start
  if (length > MAX_TOKEN_CHARACTERS) {
    return refuse('identify.malformed_token', {
      seen: `${length} characters`,
      expected: `at most ${MAX_TOKEN_CHARACTERS}`,
    })
  }
  const token = header.slice(start)
  return TOKEN.test(token) ? token : malformed('not one token after the scheme')
}
