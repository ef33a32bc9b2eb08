// OAuth clients that Acme registered by hand, and the rules for those that register themselves (RFC 7591).
// Open registration is for native clients on this machine: loopback redirects, code and refresh grants only.
import { errors, type AllClientMetadata, type ClientMetadata } from 'oidc-provider'

export type SampleClients = {
  /** A machine: client credentials, no person behind it. */
  readonly batch: { readonly clientId: 'acme-batch'; readonly clientSecret: string }
  /** An agent that acts for the person who signs in: public, code and refresh. */
  readonly agent: { readonly clientId: 'acme-agent'; readonly redirectUri: string }
}

export const SAMPLE_CLIENTS: SampleClients = {
  batch: { clientId: 'acme-batch', clientSecret: 'acme-batch-sample-secret' },
  agent: { clientId: 'acme-agent', redirectUri: 'http://127.0.0.1/callback' },
}

export const PRE_REGISTERED: ClientMetadata[] = [
  {
    client_id: SAMPLE_CLIENTS.batch.clientId,
    client_secret: SAMPLE_CLIENTS.batch.clientSecret,
    client_name: 'Acme nightly batch',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  },
  {
    client_id: SAMPLE_CLIENTS.agent.clientId,
    client_name: 'Acme agent',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    // RFC 8252 §7.3: a loopback redirect of a native client matches on any port.
    redirect_uris: [SAMPLE_CLIENTS.agent.redirectUri, 'http://localhost/callback'],
  },
]

export function isPreRegistered(clientId: string): boolean {
  return PRE_REGISTERED.some((client) => client.client_id === clientId)
}

const MAX_REDIRECTS = 10
const MAX_NAME = 200
// The text is judged, not the parsed URL: `127.1` and `0x7f000001` parse to the loopback address (O-02).
const LOOPBACK_REDIRECT =
  /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:[1-9]\d{0,4})?(\/[\x21-\x7e]*)?$/
const OPEN_GRANTS = new Set(['authorization_code', 'refresh_token'])
const KEPT = new Set([
  'application_type',
  'client_id',
  'client_id_issued_at',
  'client_name',
  'client_secret',
  'client_secret_expires_at',
  'grant_types',
  'id_token_signed_response_alg',
  'redirect_uris',
  'response_types',
  'subject_type',
  'token_endpoint_auth_method',
])

/** Judges and normalises what a client says of itself; the library applies its own rules afterwards. */
export function guardRegistration(metadata: AllClientMetadata): void {
  const redirects: unknown = metadata.redirect_uris
  if (!Array.isArray(redirects) || redirects.length === 0 || redirects.length > MAX_REDIRECTS) {
    throw new errors.InvalidRedirectUri(`redirect_uris must hold 1 to ${MAX_REDIRECTS} entries`)
  }
  if (!redirects.every(isLoopbackRedirect)) {
    throw new errors.InvalidRedirectUri('redirect_uris must be http on a loopback address')
  }
  const grants: unknown = metadata.grant_types
  // A public registration never gets a grant without a person behind it (O-38).
  if (!Array.isArray(grants) || !grants.every((grant) => OPEN_GRANTS.has(grant as string))) {
    throw new errors.InvalidClientMetadata(
      'grant_types can only hold authorization_code and refresh_token',
    )
  }
  const name: unknown = metadata.client_name
  if (name !== undefined && (typeof name !== 'string' || name.length > MAX_NAME)) {
    throw new errors.InvalidClientMetadata(
      `client_name must be a string of at most ${MAX_NAME} characters`,
    )
  }
  // Left out, not refused: scopes nobody knows, and everything with a URL that somebody could be made to fetch.
  for (const member of Object.keys(metadata)) if (!KEPT.has(member)) delete metadata[member]
  metadata.application_type = 'native'
  // The library makes a secret before it knows that this client has no use for one.
  if (metadata.token_endpoint_auth_method === 'none') {
    delete metadata['client_secret']
    delete metadata['client_secret_expires_at']
  }
}

function isLoopbackRedirect(uri: unknown): boolean {
  return (
    typeof uri === 'string' &&
    uri.length <= 2048 &&
    LOOPBACK_REDIRECT.test(uri) &&
    !uri.includes('#')
  )
}
