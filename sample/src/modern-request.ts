// One request of the modern era (MCP 2026-07-28) as a client must send it: the JSON-RPC body with its
// per-request `_meta` envelope (basic/index) and the headers that mirror it (SEP-2243). Sends nothing itself.

export const MODERN_VERSION = '2026-07-28'
export const META_PROTOCOL_VERSION = 'io.modelcontextprotocol/protocolVersion'
export const META_CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
export const META_CLIENT_INFO = 'io.modelcontextprotocol/clientInfo'

export type ModernCall = {
  readonly method: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly id?: string | number
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string
  /** Asks for progress notifications (`_meta.progressToken`). */
  readonly progressToken?: string | number
  /** More headers, or other values for these: tests of bad requests use it. */
  readonly headers?: Readonly<Record<string, string>>
}

export type ModernRequest = {
  readonly method: 'POST'
  readonly headers: Record<string, string>
  readonly body: string
}

/** The request for `fetch(url, …)` or, header by header, for a raw socket. */
export function modernRequest(call: ModernCall): ModernRequest {
  const given = (call.params ?? {}) as { readonly _meta?: object }
  const params = {
    ...given,
    // MUST (basic/index): version and capabilities in each request; clientInfo is optional and unverified.
    _meta: {
      [META_PROTOCOL_VERSION]: MODERN_VERSION,
      [META_CLIENT_CAPABILITIES]: {},
      [META_CLIENT_INFO]: { name: 'acme-sample', version: '1.0.0' },
      ...(call.progressToken === undefined ? {} : { progressToken: call.progressToken }),
      ...given._meta,
    },
  }
  const name = mirroredName(call.method, params)
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      // MUST (transports/streamable-http): a client accepts both forms of an answer.
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': MODERN_VERSION,
      'mcp-method': call.method,
      ...(name === undefined ? {} : { 'mcp-name': headerValue(name) }),
      ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
      ...call.headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: call.id ?? 1, method: call.method, params }),
  }
}

/** A header value as SEP-2243 wants it: safe ASCII as it is, all else as `=?base64?…?=`. */
export function headerValue(text: string): string {
  const safe = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text)
  return safe && !text.startsWith('=?base64?')
    ? text
    : `=?base64?${Buffer.from(text).toString('base64')}?=`
}

// SEP-2243: Mcp-Name repeats params.name of tools/call and prompts/get, params.uri of resources/read.
function mirroredName(method: string, params: Readonly<Record<string, unknown>>) {
  const source = method === 'resources/read' ? params['uri'] : params['name']
  const mirrored = ['tools/call', 'prompts/get', 'resources/read'].includes(method)
  return mirrored && typeof source === 'string' ? source : undefined
}
