// The request target (RFC 9112 §3.2), judged as it came: origin form only, and nothing in the path that any
// router, proxy or target could read in two ways (H-05). Whether something is served there is the
// route table's business.
import { refuse, type Refusal } from '../refusal.ts'

const MAX_LENGTH = 2048
/** `..`, `/./`, `//`, `\`, `;`, `#`, controls, non-ASCII, and their percent-encoded forms. */
const AMBIGUOUS =
  /\.\.|\/\.(?:\/|$)|\/\/|[\\;#]|[^\u0021-\u007e]|%(?:2[ef]|5c|3b|23|25|[01]|7f|[89a-f])|%(?![0-9a-f]{2})/i
const CREDENTIALS = new Set(
  [
    'access_token',
    'id_token',
    'refresh_token',
    'token',
    'bearer',
    'bearer_token',
    'authorization',
    'dpop',
    'client_secret',
    'client_assertion',
    'password',
    'api_key',
    'apikey',
  ].map(foldedName),
)

/** The path without the query. The query decides nothing; it is only searched for credentials (O-27). */
export function readRequestTarget(
  url: string,
): { readonly path: string; readonly query: string } | Refusal {
  if (url.length > MAX_LENGTH) {
    return refuse('in.uri_too_long', { expected: `at most ${MAX_LENGTH} characters` })
  }
  // MUST (RFC 9112 §3.2): a server accepts absolute form from proxies; this one never is behind a
  // forward proxy, and two host names in one request are one too many.
  if (url.charCodeAt(0) !== 0x2f) {
    return refuse('in.malformed_request', { expected: 'a request target in origin form' })
  }
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  if (AMBIGUOUS.test(path)) {
    return refuse('in.malformed_request', { expected: 'a path without ambiguous characters' })
  }
  const query = mark < 0 ? '' : url.slice(mark + 1)
  // A fragment never travels in a request (RFC 9112 §3.2.1).
  if (query.includes('#')) return refuse('in.malformed_request', { expected: 'no fragment' })
  return { path, query }
}

/** MUST NOT (OAuth 2.1 §5.1): no token in the query, under whichever spelling of its name. */
export function carriesCredentials(query: string): boolean {
  if (query === '') return false
  for (const name of new URLSearchParams(query.replaceAll(';', '&')).keys()) {
    if (CREDENTIALS.has(foldedName(name))) return true
  }
  return false
}

function foldedName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}
