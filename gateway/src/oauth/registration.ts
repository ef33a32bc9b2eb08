// Dynamic client registration (RFC 7591): a native public client with a loopback redirect (RFC 8252 §7.3),
// that asks for the code flow and refresh tokens and for no secret.
import {
  dynamicClientRegistrationRequest,
  processDynamicClientRegistrationResponse,
} from 'oauth4webapi'
import type { RegisteredClient } from './client.ts'
import { OAuthFailure } from './failure.ts'
import { judge } from './judge.ts'
import { requestOptions } from './network.ts'
import type { OAuthNetwork } from './network.ts'
import type { ServerMetadata } from './server-metadata.ts'

export type RegistrationRequest = {
  readonly clientName: string
  readonly redirectUri: string
  readonly scope?: string
}

/** Registers and returns what the server made of it. */
export async function registerClient(
  server: ServerMetadata,
  request: RegistrationRequest,
  network: OAuthNetwork,
): Promise<RegisteredClient> {
  if (server.registration_endpoint === undefined) {
    const detail = `\`${server.issuer}\` offers no registration; a client id of its own is needed`
    throw new OAuthFailure('registration', 'unsupported', detail)
  }
  const metadata = {
    client_name: request.clientName,
    // MUST (MCP authorization): clients say what they are.
    application_type: 'native',
    redirect_uris: [request.redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    ...(request.scope === undefined ? {} : { scope: request.scope }),
  }
  const registered = await judge(
    'registration',
    'the registration endpoint',
    () => dynamicClientRegistrationRequest(server, metadata, requestOptions(network)),
    async (response) => processDynamicClientRegistrationResponse(await withExpiry(response)),
  )
  return {
    issuer: server.issuer,
    clientId: registered.client_id,
    authentication: authenticationOf(registered),
  }
}

/** REQUIRED beside a secret (RFC 7591 §3.2.1), and left out by some: 0 says that it does not expire. */
async function withExpiry(response: Response): Promise<Response> {
  const { status, headers } = response
  const text = await response.text()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return new Response(text, { status, headers })
  }
  const isIncomplete =
    typeof body === 'object' &&
    body !== null &&
    'client_secret' in body &&
    !('client_secret_expires_at' in body)
  const complete = isIncomplete
    ? JSON.stringify({ ...(body as object), client_secret_expires_at: 0 })
    : text
  return new Response(complete, { status, headers })
}

/** A server may give a secret though none was asked for (RFC 7591 §3.2.1: it may replace any value). */
function authenticationOf(
  registered: Readonly<Record<string, unknown>>,
): RegisteredClient['authentication'] {
  const clientSecret = registered['client_secret']
  const method = registered['token_endpoint_auth_method']
  if (typeof clientSecret !== 'string' || method === undefined || method === 'none') {
    return { method: 'none' }
  }
  if (method === 'client_secret_basic' || method === 'client_secret_post') {
    return { method, clientSecret }
  }
  const detail = 'the server registered an authentication method that was not asked for'
  throw new OAuthFailure('registration', 'unsupported', detail)
}
