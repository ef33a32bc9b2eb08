// Which headers may carry a credential, and which values a header may hold (RFC 9110 §5.1, §5.5). A secret
// with a line break would write headers of its own, so it is refused before it comes near a socket.

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]{1,64}$/
// Framing, routing and the protocol's own: no credential of any target lies there.
const NOT_FOR_CREDENTIALS =
  /^(host|connection|content-.*|transfer-encoding|te|trailer|upgrade|keep-alive|expect|proxy-.*|accept.*|forwarded|x-forwarded-.*|mcp-.*|traceparent|tracestate|baggage|via|date|origin|last-event-id)$/

/** `name` in lower case. */
export function isCredentialHeader(name: string): boolean {
  return TOKEN.test(name) && !NOT_FOR_CREDENTIALS.test(name)
}

/** Printable ASCII, spaces included. */
export function isPlainValue(value: string): boolean {
  return /^[\x20-\x7e]*$/.test(value)
}

/** A whole header value: not empty, no space at its ends, at most 8 KiB. */
export function isHeaderValue(value: string): boolean {
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value) && value.length <= 8_192
}
