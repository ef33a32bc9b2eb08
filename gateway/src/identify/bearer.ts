// The access token out of the Authorization header (RFC 6750 §2.1). The stage `in` has refused a second
// header and credentials in the query before; here there is one header or none.
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'

/** Longer tokens are refused unread (attacks J-13). */
export const MAX_TOKEN_CHARACTERS = 8192

/** What stands after the scheme, whatever it is: a token that was not met before is parsed strictly. */
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
  return header.slice(start)
}
