// Requests of MCP 2026-07-28 as they go on the wire: each describes itself in `_meta`, and mirrors version,
// method, name and declared arguments in headers (basic/index, transports/streamable-http, SEP-2243).
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { headerValue } from './header-value.ts'
import { paramHeaders } from './param-headers.ts'

export const PROTOCOL_VERSION = '2026-07-28'

export type McpRequest = {
  readonly id: number
  readonly method: string
  readonly params: JsonObject
  /** Beside those that every request has. */
  readonly headers: Readonly<Record<string, string>>
}

export function discoverRequest(): McpRequest {
  return { id: 1, method: 'server/discover', params: { _meta: META }, headers: {} }
}

export function listToolsRequest(id: number, cursor: string | undefined): McpRequest {
  const params = cursor === undefined ? { _meta: META } : { cursor, _meta: META }
  return { id, method: 'tools/list', params, headers: {} }
}

/** `definition`: the tool as listed, for its declared headers; `undefined` where it is not listed. */
export function callToolRequest(
  name: string,
  args: JsonObject,
  definition: JsonObject | undefined,
): McpRequest {
  return {
    id: 1,
    method: 'tools/call',
    params: { name, arguments: args, _meta: { ...META, progressToken: 1 } },
    headers: { 'mcp-name': headerValue(name), ...paramHeaders(definition?.['inputSchema'], args) },
  }
}

/** Asks this gateway for access, after it denied a call. */
export function accessRequest(requestId: string, reason: string): McpRequest {
  return {
    id: 1,
    method: 'sallyport/access',
    params: { requestId, reason, _meta: META },
    headers: {},
  }
}

const META = {
  'io.modelcontextprotocol/protocolVersion': PROTOCOL_VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'sallyport', version: '0.1.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
} satisfies JsonObject

export function bodyOf(request: McpRequest): JsonValue {
  return { jsonrpc: '2.0', id: request.id, method: request.method, params: request.params }
}
