// Protected resource metadata (RFC 9728): fetched from the URL that the challenge names, else from the
// well-known path form, else from the root; judged against the URL that the client connects to.
import { fetchFirstDocument, stringsOf } from './document.ts'
import type { MetadataDocument } from './document.ts'
import { OAuthFailure } from './failure.ts'
import { acceptableUrl } from './network.ts'
import type { OAuthNetwork } from './network.ts'
import { resourceMetadataUrls } from './well-known.ts'

export type ResourceMetadata = {
  /** The resource indicator (RFC 8707 §2) to ask tokens for, byte for byte as the document has it. */
  readonly resource: string
  /** Issuer identifiers, byte for byte; never empty. */
  readonly authorizationServers: readonly [string, ...string[]]
  readonly scopesSupported: readonly string[] | undefined
}

const STEP = 'resource_metadata'

/** `connectedTo` is the URL of the request that was challenged; `challenged` its `resource_metadata`, if any. */
export async function fetchResourceMetadata(
  connectedTo: URL,
  challenged: string | undefined,
  network: OAuthNetwork,
): Promise<ResourceMetadata> {
  const places =
    challenged === undefined
      ? resourceMetadataUrls(connectedTo)
      : [acceptableUrl(challenged, STEP, '`resource_metadata` of the challenge', network).href]
  const root = `${connectedTo.origin}/.well-known/oauth-protected-resource`
  return fetchFirstDocument(STEP, places, network, (document, url) => {
    // MUST (RFC 9728 §3.3): `resource` equals the URL of our request; where nothing named the place, it
    // equals the identifier that the well-known part was inserted into, which at the root is the origin.
    const accepted = [connectedTo.href]
    if (challenged === undefined && url === root) accepted.push(new URL(connectedTo.origin).href)
    return read(document, accepted)
  })
}

function read(document: MetadataDocument, accepted: readonly string[]): ResourceMetadata {
  const { resource } = document
  if (typeof resource !== 'string' || !URL.canParse(resource)) {
    throw new OAuthFailure(STEP, 'not_conform', 'the metadata has no `resource` that is a URL')
  }
  if (!accepted.includes(new URL(resource).href)) {
    const detail = `the metadata is for \`${resource}\`, but we connect to \`${accepted[0]}\``
    throw new OAuthFailure(STEP, 'mismatch', detail)
  }
  const [first, ...others] = stringsOf(document['authorization_servers']) ?? []
  if (first === undefined) {
    throw new OAuthFailure(STEP, 'not_conform', 'the metadata names no `authorization_servers`')
  }
  return {
    resource,
    authorizationServers: [first, ...others],
    scopesSupported: stringsOf(document['scopes_supported']),
  }
}
