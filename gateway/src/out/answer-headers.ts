// Headers of every answer, as the flat list that `writeHead` takes. Dynamic answers are never stored and vary by
// the token (H-14, RFC 9111 §5.2.2.5); nothing names the software (H-15); a target's headers are not
// among them (H-07). CORS: an allowed origin is named, never reflected unasked, never with credentials
// (H-16, Fetch §3.2).

export type AnswerContext = {
  readonly requestId: string
  /** The origin that may read the answer; `undefined`: none asked, or none may. */
  readonly origin: string | undefined
  /** Of a session of the old era that this answer opens. */
  readonly sessionId?: string
}

const EXPOSED =
  'WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, DPoP-Nonce, Retry-After, X-Sallyport-Request-Id, X-Sallyport-Content'

export function answerHeaders(context: AnswerContext): string[] {
  const headers = [
    'cache-control',
    'no-store',
    'vary',
    context.origin === undefined ? 'Authorization' : 'Authorization, Origin',
    'x-content-type-options',
    'nosniff',
    'x-sallyport-request-id',
    context.requestId,
  ]
  if (context.sessionId !== undefined) headers.push('mcp-session-id', context.sessionId)
  if (context.origin !== undefined) {
    headers.push('access-control-allow-origin', context.origin)
    headers.push('access-control-expose-headers', EXPOSED)
  }
  return headers
}

/**
 * Marks an answer whose content is a target's word (M-22): data from outside, whose text no reader should take for
 * an instruction. Refusals, lists and metadata of the gateway's own are not marked.
 */
export function contentOfTarget(headers: string[]): string[] {
  headers.push('x-sallyport-content', 'untrusted')
  return headers
}
