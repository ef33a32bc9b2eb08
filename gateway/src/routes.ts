// Every URL of the data plane, on one screen. Paths are looked up exactly: no prefixes, no patterns, no
// normalisation (O-34, H-05). Every URL that is published comes from `publicUrl`, never from Host (O-33).
//
//   POST      /mcp   /mcp/                                        all targets, names prefixed
//   POST      /mcp/<target>   /mcp/<target>/                      one target, its own names
//   GET DELETE  the same, with a session of the old era           its stream, its end
//   GET HEAD  /.well-known/oauth-protected-resource               of /mcp (RFC 9728 §3)
//   GET HEAD  /.well-known/oauth-protected-resource<path>         of each path above, each naming its own form
//
// Health, readiness and metrics have a listener of their own; the admin interface is a socket.
import type { McpRoute, MetadataRoute, RouteTable } from './in/inbound.ts'
import { OLDEST_VERSION } from './in/versions.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** `publicUrl` is an origin without a trailing slash; target ids are checked by the configuration. */
export function createRoutes(
  publicUrl: string,
  targetIds: Iterable<string>,
  minProtocol: (target: string | undefined) => string = () => OLDEST_VERSION,
): RouteTable {
  const routes = new Map<string, { kind: 'mcp'; mcp: McpRoute } | MetadataRoute>()
  const serve = (path: string, target: string | undefined): void => {
    // RFC 8707 §2, MCP authorization: the canonical resource has no trailing slash, but RFC 9728 §3.3
    // lets a client insist on the very URL that it uses, so each form has metadata of its own.
    const resource = `${publicUrl}${path}`
    for (const form of [path, `${path}/`]) {
      const metadataUrl = `${publicUrl}${WELL_KNOWN}${form}`
      const mcp = { target, resource, metadataUrl, minProtocol: minProtocol(target) }
      routes.set(form, { kind: 'mcp', mcp })
      routes.set(`${WELL_KNOWN}${form}`, { kind: 'metadata', resource: `${publicUrl}${form}` })
    }
  }
  serve('/mcp', undefined)
  for (const id of targetIds) serve(`/mcp/${id}`, id)
  routes.set(WELL_KNOWN, { kind: 'metadata', resource: `${publicUrl}/mcp` })
  return routes
}
