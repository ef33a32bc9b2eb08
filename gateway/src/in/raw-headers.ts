// The headers as they came (`rawHeaders`), read once. What the gateway uses is an allow-list: identity and
// forwarding headers in any spelling (`X-Forwarded-*`, `X_Sallyport_User`, `Remote-User` …) are simply
// not on it, so no stage can believe them and no connector can pass them on (H-01..H-04, H-09).
// Node merges or drops repeated headers silently, which is why `req.headers` is never read (H-06).
import { refuse, type Refusal } from '../refusal.ts'

/** `one`: a second one is refused. `list`: joined (RFC 9110 §5.2). */
const KEPT = new Map<string, 'one' | 'list'>([
  ['host', 'one'],
  ['origin', 'one'],
  ['authorization', 'one'],
  ['dpop', 'one'],
  ['content-type', 'one'],
  ['content-length', 'one'],
  ['content-encoding', 'list'],
  ['transfer-encoding', 'one'],
  ['accept', 'list'],
  ['user-agent', 'one'],
  ['mcp-session-id', 'one'],
  ['access-control-request-method', 'one'],
  ['access-control-request-headers', 'list'],
  ['traceparent', 'one'],
  ['tracestate', 'list'],
  ['baggage', 'list'],
])
const MIRRORS = new Set(['mcp-protocol-version', 'mcp-method', 'mcp-name'])
const PARAM = 'mcp-param-'

export type CleanHeaders = {
  readonly headers: Map<string, string>
  /** Mirrored headers that were repeated: judged after the token, with the body (MCP: −32020). */
  readonly repeatedMirrors: Set<string> | undefined
}

export function readRawHeaders(rawHeaders: readonly string[]): CleanHeaders | Refusal {
  const headers = new Map<string, string>()
  let repeatedMirrors: Set<string> | undefined
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase()
    const rule = KEPT.get(name)
    const isMirror = rule === undefined && (MIRRORS.has(name) || name.startsWith(PARAM))
    if (rule === undefined && !isMirror) continue
    const value = rawHeaders[index + 1] as string
    const before = headers.get(name)
    if (before === undefined) {
      headers.set(name, value)
    } else if (isMirror) {
      repeatedMirrors ??= new Set()
      repeatedMirrors.add(name)
    } else if (rule === 'list') {
      headers.set(name, `${before}, ${value}`)
    } else {
      // MUST (OAuth 2.1 §5.1): one way of sending the token per request (J-17).
      if (name === 'authorization') return refuse('identify.several_tokens')
      return refuse('in.duplicate_header', { seen: `\`${name}\` more than once` })
    }
  }
  const coding = headers.get('transfer-encoding')
  if (coding !== undefined) {
    // MUST (RFC 9112 §6.1, §6.3): a coding that is not understood, or beside a length, ends here.
    if (coding.toLowerCase() !== 'chunked') return refuse('in.unsupported_transfer_coding')
    if (headers.has('content-length')) return refuse('in.malformed_request')
  }
  return { headers, repeatedMirrors }
}
