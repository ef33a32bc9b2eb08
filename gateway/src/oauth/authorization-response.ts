// Judges what came back to the redirect URI (RFC 6749 §4.1.2): `iss` first (RFC 9207 §2.4, errors too),
// then `state`, then the error or the code. Nothing of an answer that fails is used.
import {
  AuthorizationResponseError,
  OperationProcessingError,
  validateAuthResponse,
} from 'oauth4webapi'
import type { AuthorizationTransaction } from './authorization-request.ts'
import type { RegisteredClient } from './client.ts'
import { OAuthFailure } from './failure.ts'
import type { ServerMetadata } from './server-metadata.ts'

/** Parameters that passed: what a code may be redeemed with, and nothing else can be. */
export type JudgedCallback = ReturnType<typeof validateAuthResponse>

/** Throws `mismatch` for an answer that is not to our request, `refused` for an error of our server. */
export function judgeCallback(
  server: ServerMetadata,
  client: RegisteredClient,
  transaction: AuthorizationTransaction,
  callback: URL,
): JudgedCallback {
  // MUST (RFC 9700 §4.4): the answer belongs to the server that was recorded before the redirect.
  if (server.issuer !== transaction.issuer) {
    throw new OAuthFailure('authorization', 'mismatch', 'the transaction is of another issuer')
  }
  try {
    const judged = validateAuthResponse(
      server,
      { client_id: client.clientId },
      callback,
      transaction.state,
    )
    if (!judged.get('code')) {
      throw new OAuthFailure('authorization', 'not_conform', 'the answer carries no code')
    }
    return judged
  } catch (cause) {
    throw failureOf(cause)
  }
}

function failureOf(cause: unknown): OAuthFailure {
  if (cause instanceof AuthorizationResponseError) {
    const serverError = { error: cause.error, description: cause.error_description }
    const detail = `the authorization server answered \`${cause.error}\``
    return new OAuthFailure('authorization', 'refused', detail, { serverError })
  }
  if (cause instanceof OperationProcessingError) {
    return new OAuthFailure('authorization', 'mismatch', cause.message)
  }
  if (cause instanceof OAuthFailure) return cause
  return new OAuthFailure('authorization', 'not_conform', 'the answer is of another flow', {
    cause,
  })
}
