// The token endpoint: a code or a refresh token against tokens for one resource (RFC 6749 §4.1.3, §6;
// RFC 7636 §4.5; RFC 8707 §2.2). Storing, and deciding when to refresh, is left to the caller.
import {
  authorizationCodeGrantRequest,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
} from 'oauth4webapi'
import type { TokenEndpointResponse } from 'oauth4webapi'
import type { AuthorizationTransaction } from './authorization-request.ts'
import type { JudgedCallback } from './authorization-response.ts'
import { clientAuthentication } from './client.ts'
import type { RegisteredClient } from './client.ts'
import { OAuthFailure } from './failure.ts'
import type { OAuthStep } from './failure.ts'
import { judge } from './judge.ts'
import { requestOptions } from './network.ts'
import type { OAuthNetwork } from './network.ts'
import type { ServerMetadata } from './server-metadata.ts'

export type Tokens = {
  readonly accessToken: string
  /** Seconds from the moment of the answer; `undefined` where the server does not say. */
  readonly expiresInSeconds: number | undefined
  readonly refreshToken: string | undefined
  /** What was granted; `undefined`: what was asked for (RFC 6749 §5.1). */
  readonly scope: string | undefined
}

/** Redeems a judged code. */
export async function redeemCode(
  server: ServerMetadata,
  client: RegisteredClient,
  transaction: AuthorizationTransaction,
  callback: JudgedCallback,
  network: OAuthNetwork,
): Promise<Tokens> {
  const answer = await judge(
    'token',
    'the token endpoint',
    () =>
      authorizationCodeGrantRequest(
        server,
        { client_id: client.clientId },
        clientAuthentication(client),
        callback,
        transaction.redirectUri,
        transaction.codeVerifier,
        forResource(transaction.resource, network),
      ),
    (response) =>
      processAuthorizationCodeResponse(server, { client_id: client.clientId }, response),
  )
  return tokensOf(answer, 'token')
}

/** `refused` with `invalid_grant` means that the person must sign in again; other failures do not. */
export async function refreshTokens(
  server: ServerMetadata,
  client: RegisteredClient,
  refreshToken: string,
  resource: string,
  network: OAuthNetwork,
): Promise<Tokens> {
  const answer = await judge(
    'refresh',
    'the token endpoint',
    () =>
      refreshTokenGrantRequest(
        server,
        { client_id: client.clientId },
        clientAuthentication(client),
        refreshToken,
        forResource(resource, network),
      ),
    (response) => processRefreshTokenResponse(server, { client_id: client.clientId }, response),
  )
  // RFC 6749 §6: without a new refresh token in the answer, the old one stays in use.
  const tokens = tokensOf(answer, 'refresh')
  return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }
}

function forResource(resource: string, network: OAuthNetwork) {
  return { ...requestOptions(network), additionalParameters: { resource } }
}

function tokensOf(answer: TokenEndpointResponse, step: OAuthStep): Tokens {
  // MUST (RFC 6749 §7.1): a client does not use a token whose type it does not understand.
  if (answer.token_type !== 'bearer') {
    const detail = `the token type is \`${answer.token_type}\`, not \`bearer\``
    throw new OAuthFailure(step, 'unsupported', detail)
  }
  return {
    accessToken: answer.access_token,
    expiresInSeconds: answer.expires_in,
    refreshToken: answer.refresh_token,
    scope: answer.scope,
  }
}
