// Authorization server metadata (RFC 8414, OpenID Connect Discovery): found from the issuer, judged before
// a person is sent anywhere: the issuer is the one asked for, S256 is offered, every endpoint is on the
// issuer's origin or one that the user listed (metadata mix-up: RFC 9700 §4.4, attacks O-07).
import { fetchFirstDocument, stringsOf } from './document.ts'
import type { MetadataDocument } from './document.ts'
import { OAuthFailure } from './failure.ts'
import { acceptableUrl } from './network.ts'
import type { OAuthNetwork } from './network.ts'
import { serverMetadataUrls } from './well-known.ts'

/** What this client needs of an authorization server; wire names, as oauth4webapi takes them. */
export type ServerMetadata = {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly registration_endpoint?: string
  readonly revocation_endpoint?: string
  readonly authorization_response_iss_parameter_supported: boolean
}

const STEP = 'server_metadata'
const REQUIRED = ['authorization_endpoint', 'token_endpoint'] as const
const OPTIONAL = ['registration_endpoint', 'revocation_endpoint'] as const

/** `endpointOrigins`: origins other than the issuer's that the user allows endpoints to be on. */
export async function discoverServer(
  issuer: string,
  endpointOrigins: readonly string[],
  network: OAuthNetwork,
): Promise<ServerMetadata> {
  const identifier = acceptableUrl(issuer, STEP, 'the issuer', network)
  if (identifier.hash !== '' || identifier.search !== '') {
    // MUST (RFC 8414 §2): an issuer has neither query nor fragment.
    throw new OAuthFailure(
      STEP,
      'not_conform',
      `\`${issuer}\` is no issuer: it has a query or fragment`,
    )
  }
  const origins = [identifier.origin, ...endpointOrigins]
  return fetchFirstDocument(STEP, serverMetadataUrls(identifier), network, (document) => {
    // MUST (RFC 8414 §3.3): identical, compared as strings.
    if (document['issuer'] !== issuer) {
      const seen = String(document['issuer'])
      const detail = `the metadata is of issuer \`${seen}\`, but \`${issuer}\` was asked for`
      throw new OAuthFailure(STEP, 'mismatch', detail)
    }
    requireOffers(document)
    return {
      issuer,
      ...endpoints(document, origins, network),
      authorization_response_iss_parameter_supported:
        document['authorization_response_iss_parameter_supported'] === true,
    }
  })
}

function requireOffers(document: MetadataDocument): void {
  // MUST (MCP authorization): without S256 in the metadata a client refuses to go on.
  if (!stringsOf(document['code_challenge_methods_supported'])?.includes('S256')) {
    const detail = 'the authorization server does not advertise PKCE with `S256`'
    throw new OAuthFailure(STEP, 'unsupported', detail)
  }
  if (stringsOf(document['response_types_supported'])?.includes('code') === false) {
    const detail = 'the authorization server does not offer the response type `code`'
    throw new OAuthFailure(STEP, 'unsupported', detail)
  }
}

type Endpoints = Pick<ServerMetadata, (typeof REQUIRED)[number] | (typeof OPTIONAL)[number]>

function endpoints(
  document: MetadataDocument,
  origins: readonly string[],
  network: OAuthNetwork,
): Endpoints {
  const found: Record<string, string> = {}
  for (const name of [...REQUIRED, ...OPTIONAL]) {
    const optional = (OPTIONAL as readonly string[]).includes(name)
    if (document[name] === undefined && optional) continue
    const url = acceptableUrl(document[name], STEP, `\`${name}\``, network)
    if (!origins.includes(url.origin)) {
      const detail = `\`${name}\` is on \`${url.origin}\`, which is neither the issuer's origin nor allowed`
      throw new OAuthFailure(STEP, 'unacceptable_url', detail)
    }
    found[name] = url.href
  }
  return found as Endpoints
}
