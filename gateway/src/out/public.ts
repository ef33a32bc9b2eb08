// What is answered without a token: the preflight (Fetch §3.3) and protected resource metadata (RFC 9728 §3.2).
import type { ServerResponse } from 'node:http'

import { answerHeaders, type AnswerContext } from './answer-headers.ts'
import { writeJson } from './write-json.ts'

const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'Accept',
  'DPoP',
  'MCP-Protocol-Version',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Session-Id',
  'Last-Event-ID',
]
const MAX_AGE_SECONDS = '600'

/** `paramHeaders` are the `Mcp-Param-*` names that the page asked for: field names and nothing else. */
export function writePreflight(
  res: ServerResponse,
  preflight: { readonly allow: string; readonly paramHeaders: readonly string[] },
  context: AnswerContext,
): void {
  const headers = answerHeaders(context)
  headers.push('allow', preflight.allow)
  if (context.origin !== undefined) {
    headers.push('access-control-allow-methods', preflight.allow)
    const names = [...ALLOWED_HEADERS, ...preflight.paramHeaders]
    headers.push('access-control-allow-headers', names.join(', '))
    headers.push('access-control-max-age', MAX_AGE_SECONDS)
  }
  res.writeHead(204, headers)
  res.end()
}

export type ResourceMetadata = {
  readonly resource: string
  readonly authorization_servers: readonly string[]
  readonly scopes_supported?: readonly string[]
  readonly bearer_methods_supported: readonly ['header']
}

/** RFC 9728 §2. `authorizationServers` are issuer identifiers, never URLs of metadata. */
export function protectedResourceMetadata(
  resource: string,
  settings: {
    readonly authorizationServers: readonly string[]
    readonly scopes: readonly string[]
  },
): ResourceMetadata {
  // MUST NOT (MCP authorization): offline_access is a matter between client and authorization server.
  const scopes = settings.scopes.filter((scope) => scope !== 'offline_access')
  return {
    resource,
    authorization_servers: settings.authorizationServers,
    // MUST NOT (RFC 9728 §3.2): parameters without values are left out.
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
  }
}

export function writeMetadata(
  res: ServerResponse,
  metadata: ResourceMetadata,
  context: AnswerContext,
): void {
  // To a HEAD, node:http sends the headers of this answer without its body (RFC 9110 §9.3.2).
  writeJson(res, 200, answerHeaders(context), JSON.stringify(metadata))
}
