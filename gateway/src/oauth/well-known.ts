// Where metadata documents are (RFC 8615): inserted between host and path (RFC 8414 §3.1, RFC 9728 §3.1)
// or appended to the path (OpenID Connect Discovery §4.1).

/** `https://h/p` → `https://h/.well-known/<name>/p`; a trailing slash of the path stays out. */
export function insertedWellKnown(identifier: URL, name: string): string {
  const path = identifier.pathname.replace(/\/$/, '')
  return `${identifier.origin}/.well-known/${name}${path}${identifier.search}`
}

/**
 * The places of an authorization server's metadata, in the order of MCP authorization: RFC 8414 with the
 * path inserted, OpenID Connect with the path inserted, OpenID Connect appended. Without a path, two of them.
 */
export function serverMetadataUrls(issuer: URL): readonly string[] {
  const path = issuer.pathname.replace(/\/$/, '')
  const inserted = [
    insertedWellKnown(issuer, 'oauth-authorization-server'),
    insertedWellKnown(issuer, 'openid-configuration'),
  ]
  if (path === '') return inserted
  return [...inserted, `${issuer.origin}${path}/.well-known/openid-configuration`]
}

/** The places of a resource's metadata where no challenge named one: path form, then root. */
export function resourceMetadataUrls(resource: URL): readonly string[] {
  const name = 'oauth-protected-resource'
  const inserted = insertedWellKnown(resource, name)
  const root = `${resource.origin}/.well-known/${name}`
  return inserted === root ? [root] : [inserted, root]
}
