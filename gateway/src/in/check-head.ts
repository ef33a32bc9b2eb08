// The first stage, before any token: is this one plain HTTP/1.1 request, for us, from where it may come,
// to something that exists? The order is fixed (MCP 2026-07-28, transports; `Host` 421, `Origin` 403,
// route 404, preflight); everything that needs the body waits until the sender is known.
import type { IncomingMessage } from 'node:http'

import { isRefusal, refuse, type Refusal } from '../refusal.ts'
import type { HeadSettings } from './head-settings.ts'
import { Head, type PublicRequest, type RouteTable } from './inbound.ts'
import { readRawHeaders } from './raw-headers.ts'
import { carriesCredentials, readRequestTarget } from './request-target.ts'
import { FIRST_MODERN } from './versions.ts'

/** RFC 9110 §7.2 as far as a host is ever named: a reg-name or an address, and perhaps a port. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/
type Route = NonNullable<ReturnType<RouteTable['get']>>
const PARAM_HEADER = /^mcp-param-[!#$%&'*+\-.^_`|~0-9a-z]+$/

export function checkHead(
  req: IncomingMessage,
  routes: RouteTable,
  requestId: string,
  settings: HeadSettings,
): Head | PublicRequest | Refusal {
  const arrivedMonotonicMs = settings.nowMs()
  const target = readRequestTarget(req.url ?? '')
  if (isRefusal(target)) return target
  const clean = readRawHeaders(req.rawHeaders)
  if (isRefusal(clean)) return clean
  const { headers, repeatedMirrors } = clean
  // MUST (RFC 9112 §6.1): a transfer coding in HTTP/1.0 is faulty framing.
  if (req.httpVersion !== '1.1' && headers.has('transfer-encoding')) {
    return refuse('in.malformed_request')
  }

  const host = headers.get('host')?.toLowerCase() ?? ''
  if (!settings.hosts.has(host)) {
    return refuse(HOST.test(host) ? 'in.unknown_host' : 'in.malformed_request')
  }
  // `null` (sandboxed pages, redirects) is no member of the set and is refused like any other (M-19).
  const origin = headers.get('origin')
  if (origin !== undefined && !settings.origins.has(origin)) return refuse('in.forbidden_origin')

  const route = routes.get(target.path)
  if (route === undefined) return refuse('in.no_such_route')
  const method = req.method ?? ''
  if (method === 'OPTIONS') return preflight(headers, origin, allowedAt(route))
  if (carriesCredentials(target.query)) return refuse('identify.token_in_query')
  if (route.kind === 'metadata') {
    if (method === 'GET' || method === 'HEAD') {
      return { kind: 'metadata', resource: route.resource, method, origin }
    }
    return refuse('in.method_not_allowed', { expected: 'GET, HEAD, OPTIONS' })
  }
  return new Head({
    requestId,
    route: route.mcp,
    method,
    headers,
    repeatedMirrors,
    peerAddress: req.socket.remoteAddress ?? '',
    arrivedMonotonicMs,
  })
}

/** The origin of this request if it may read answers, for the answers that are written before a Head exists. */
export function allowedOrigin(
  rawHeaders: readonly string[],
  settings: HeadSettings,
): string | undefined {
  let found: string | undefined
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if ((rawHeaders[index] as string).toLowerCase() !== 'origin') continue
    if (found !== undefined) return undefined
    found = rawHeaders[index + 1]
  }
  return found !== undefined && settings.origins.has(found) ? found : undefined
}

function allowedAt(route: Route): string {
  if (route.kind === 'metadata') return 'GET, HEAD, OPTIONS'
  return route.mcp.minProtocol < FIRST_MODERN ? 'POST, GET, DELETE, OPTIONS' : 'POST, OPTIONS'
}

function preflight(
  headers: ReadonlyMap<string, string>,
  origin: string | undefined,
  allow: string,
): PublicRequest {
  const asked = headers.get('access-control-request-headers')
  return {
    kind: 'preflight',
    allow,
    origin,
    paramHeaders:
      asked === undefined
        ? []
        : asked
            .split(',')
            .map((name) => name.trim().toLowerCase())
            .filter((name) => PARAM_HEADER.test(name)),
  }
}
