// The authorization request (RFC 6749 §4.1.1) with PKCE S256 (RFC 7636 §4.3), `state` and `resource`
// (RFC 8707 §2). Builds the URL and the record of what was asked; opening it is somebody else's act.
import { calculatePKCECodeChallenge } from 'oauth4webapi'
import type { RegisteredClient } from './client.ts'
import type { ServerMetadata } from './server-metadata.ts'

/** What was asked for. Kept until the answer comes, shown to nobody; `issuer` is recorded before the redirect. */
export type AuthorizationTransaction = {
  readonly issuer: string
  readonly redirectUri: string
  readonly resource: string
  readonly state: string
  readonly codeVerifier: string
}

export type AuthorizationRequest = {
  readonly redirectUri: string
  readonly resource: string
  readonly scope: string | undefined
  /** 256 random bits, base64url; single use. */
  readonly state: string
  /** RFC 7636 §4.1: 43 to 128 characters of its alphabet; single use. */
  readonly codeVerifier: string
}

/** The URL to open, and the transaction to judge the answer by. */
export async function prepareAuthorization(
  server: ServerMetadata,
  client: RegisteredClient,
  request: AuthorizationRequest,
): Promise<{ readonly url: URL; readonly transaction: AuthorizationTransaction }> {
  const { redirectUri, resource, state, codeVerifier } = request
  const url = new URL(server.authorization_endpoint)
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    // MUST (MCP authorization, RFC 8707 §2): in authorization and token requests.
    resource,
    ...(request.scope === undefined ? {} : { scope: request.scope }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  const transaction = { issuer: server.issuer, redirectUri, resource, state, codeVerifier }
  return { url, transaction }
}
