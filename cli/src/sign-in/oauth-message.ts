// An OAuth failure in the words of this command: what to do, and the exit code.
import { OAuthFailure } from '@sallyport/gateway/oauth/failure.ts'
import { CommandFailure } from '../exit-codes.ts'
import type { ExitName } from '../exit-codes.ts'
import { deepestMessage } from '../terminal/deepest-message.ts'

const EXITS: Readonly<Record<OAuthFailure['reason'], ExitName>> = {
  unreachable: 'unreachable',
  unavailable: 'tryLater',
  not_found: 'signIn',
  not_conform: 'protocol',
  mismatch: 'signIn',
  unsupported: 'signIn',
  unacceptable_url: 'signIn',
  refused: 'signIn',
}

const FIXES: Readonly<
  Partial<Record<`${OAuthFailure['step']}.${OAuthFailure['reason']}`, string>>
> = {
  'resource_metadata.not_found': 'the server must publish protected resource metadata (RFC 9728)',
  'resource_metadata.mismatch':
    'use the URL that the metadata names, or ask the operator to correct it',
  'server_metadata.unsupported':
    'the operator of the authorization server must offer PKCE with S256',
  'server_metadata.unacceptable_url':
    'if you trust that origin, allow it with --allow-endpoint-origin <origin>',
  'server_metadata.mismatch': 'the operator must make issuer and metadata agree',
  'registration.unsupported': 'register a client by hand and pass --client-id <id>',
  'registration.refused': 'register a client by hand and pass --client-id <id>',
  'refresh.refused': 'sign in again with `sallyport login <url>`',
}

/** What is no failure of a step stays as it is. */
export function asCommandFailure(failure: unknown): unknown {
  if (!(failure instanceof OAuthFailure)) return failure
  const description = failure.serverError?.description
  const cause = failure.cause instanceof Error ? deepestMessage(failure.cause) : undefined
  const detail = description ?? cause
  const fix = FIXES[`${failure.step}.${failure.reason}`]
  return new CommandFailure(
    EXITS[failure.reason],
    detail === undefined ? failure.message : `${failure.message}: ${detail}`,
    { code: `oauth.${failure.step}.${failure.reason}`, ...(fix === undefined ? {} : { fix }) },
  )
}
