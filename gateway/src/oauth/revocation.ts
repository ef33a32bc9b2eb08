// Token revocation (RFC 7009). A 200 says no more than that the token is of no use any more.
import { processRevocationResponse, revocationRequest } from 'oauth4webapi'
import { clientAuthentication } from './client.ts'
import type { RegisteredClient } from './client.ts'
import { OAuthFailure } from './failure.ts'
import { judge } from './judge.ts'
import { requestOptions } from './network.ts'
import type { OAuthNetwork } from './network.ts'
import type { ServerMetadata } from './server-metadata.ts'

/** Revokes one token; `hint` speeds up the server's search (RFC 7009 §2.1). */
export async function revokeToken(
  server: ServerMetadata,
  client: RegisteredClient,
  token: string,
  hint: 'access_token' | 'refresh_token',
  network: OAuthNetwork,
): Promise<void> {
  if (server.revocation_endpoint === undefined) {
    const detail = `\`${server.issuer}\` offers no revocation`
    throw new OAuthFailure('revocation', 'unsupported', detail)
  }
  await judge(
    'revocation',
    'the revocation endpoint',
    () =>
      revocationRequest(
        server,
        { client_id: client.clientId },
        clientAuthentication(client),
        token,
        {
          ...requestOptions(network),
          additionalParameters: { token_type_hint: hint },
        },
      ),
    processRevocationResponse,
  )
}
