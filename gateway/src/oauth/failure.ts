// How a step of the OAuth client fails: which step, which class of reason, what was seen and expected.
// The union of reasons is closed, so that a caller's switch narrows. Never carries a token, code or secret.

/** The steps from a bare URL to a token, and back. */
export type OAuthStep =
  | 'challenge'
  | 'resource_metadata'
  | 'server_metadata'
  | 'registration'
  | 'authorization'
  | 'token'
  | 'refresh'
  | 'revocation'

export type OAuthFailureReason =
  /** No HTTP answer. */
  | 'unreachable'
  /** Status 429 or 5xx: the same request may succeed later. */
  | 'unavailable'
  /** Nothing at any place where the document may be. */
  | 'not_found'
  /** An answer that the RFC of the step does not allow. */
  | 'not_conform'
  /** Two values that must be equal are not: resource, issuer, `iss`, `state`. */
  | 'mismatch'
  /** The server does not offer what we insist on. */
  | 'unsupported'
  /** A URL that we do not go to. */
  | 'unacceptable_url'
  /** The server answered with an OAuth error; `serverError` has it. */
  | 'refused'

/** An OAuth error as the server sent it (RFC 6749 §5.2). Untrusted text: strip it before a terminal sees it. */
export type ServerError = { readonly error: string; readonly description: string | undefined }

export class OAuthFailure extends Error {
  override readonly name = 'OAuthFailure'
  readonly step: OAuthStep
  readonly reason: OAuthFailureReason
  readonly serverError: ServerError | undefined

  constructor(
    step: OAuthStep,
    reason: OAuthFailureReason,
    message: string,
    more: { serverError?: ServerError; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.step = step
    this.reason = reason
    this.serverError = more.serverError
  }
}
