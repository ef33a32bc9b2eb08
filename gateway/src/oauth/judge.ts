// Runs one request of a step and judges the answer: whatever oauth4webapi or the fetch throws becomes
// one OAuthFailure of a closed union of reasons. Server text is kept apart from our own words.
import {
  OperationProcessingError,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi'
import { OAuthFailure } from './failure.ts'
import type { OAuthStep } from './failure.ts'

/** Sends, then judges. `where` names the endpoint in messages. */
export async function judge<T>(
  step: OAuthStep,
  where: string,
  send: () => Promise<Response>,
  process: (response: Response) => Promise<T>,
): Promise<T> {
  const response = await send().catch((cause: unknown) => {
    throw new OAuthFailure(step, 'unreachable', `no answer from ${where}`, { cause })
  })
  // RFC 6749 §5.2 defines 400 and 401 alone: anything of 429 and 5xx says nothing about the grant.
  if (response.status === 429 || response.status >= 500) {
    throw new OAuthFailure(step, 'unavailable', `${where} answered ${response.status}`)
  }
  return process(response).catch((cause: unknown) => {
    throw failureOf(step, where, response.status, cause)
  })
}

function failureOf(step: OAuthStep, where: string, status: number, cause: unknown): OAuthFailure {
  if (cause instanceof OAuthFailure) return cause
  if (cause instanceof ResponseBodyError) {
    const serverError = { error: cause.error, description: cause.error_description }
    return new OAuthFailure(step, 'refused', `${where} answered \`${cause.error}\``, {
      serverError,
    })
  }
  if (cause instanceof WWWAuthenticateChallengeError) {
    // RFC 6749 §5.2: `invalid_client` may come as 401 with a challenge.
    const parameters = cause.cause[0]?.parameters
    const error = parameters?.error ?? 'invalid_client'
    const serverError = { error, description: parameters?.error_description }
    return new OAuthFailure(step, 'refused', `${where} answered \`${error}\``, { serverError })
  }
  if (cause instanceof OperationProcessingError || cause instanceof UnsupportedOperationError) {
    const message = `${where} answered ${status}, not as the RFC says: ${cause.message}`
    return new OAuthFailure(step, 'not_conform', message)
  }
  return new OAuthFailure(step, 'unreachable', `the answer of ${where} broke off`, { cause })
}
