// What broke in an exchange, as a refusal for the client and a class for the audit. The difference that counts
// is whether a byte may have been sent: if not, the target cannot have acted; if so, nobody knows
// (promises §4: the gateway never guesses).
import type { UpstreamHeaders } from '../../net/pools.ts'
import { refuse } from '../../refusal.ts'
import type { Refusal } from '../../refusal.ts'
import type { OutcomeClass } from '../outcome.ts'

export type Failure = { readonly class: OutcomeClass; readonly refusal: Refusal }

/** Refuses by the head of an answer what is not read at all. */
export function headRefusal(
  status: number,
  headers: UpstreamHeaders,
  resultBytes: number,
): Failure | undefined {
  // Never forwarded as what it is: it is the gateway's credential, not the client's, that was refused.
  if (status === 401 || status === 403) {
    return failure('refused_by_target', 'call.target_rejected_credential', status, 'answered')
  }
  if (status >= 300 && status < 400) {
    return failure('unclear', 'call.target_invalid', status, 'redirects with')
  }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    return failure('unclear', 'call.target_invalid', status, 'compressed its answer with')
  }
  const mediaType = mediaTypeOf(headers)
  if (mediaType === 'text/event-stream' && status === 200) return undefined
  if (mediaType !== 'application/json') {
    return status === 200
      ? failure('unclear', 'call.target_invalid', status, `answered ${named(mediaType)} with`)
      : statusRefusal(status)
  }
  return Number(headers['content-length'] ?? 0) > resultBytes ? tooLarge('the answer') : undefined
}

/** Refuses by a status whose body says nothing in JSON-RPC. */
export function statusRefusal(status: number): Failure {
  if (status >= 502 && status <= 504) {
    return failure('unclear', 'call.target_unavailable', status, 'answered')
  }
  if (status >= 400) {
    const outcome = status < 500 ? 'refused_by_target' : 'unclear'
    return failure(outcome, 'call.target_refused', status, 'answered')
  }
  return failure('unclear', 'call.target_invalid', status, 'answered')
}

export function tooLarge(what: string): Failure {
  const reason = `${what} is larger than the limit`
  return { class: 'unclear', refusal: refuse('call.result_too_large', { reason }) }
}

/** Nobody knows how far it came. */
export function connectionLost(reason: string): Failure {
  return { class: 'unclear', refusal: refuse('call.connection_lost', { reason }) }
}

/** `sent`: a byte of the request may have reached the target. */
export function failureOf(error: Error, sent: boolean): Failure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  const reason = `${code}: ${error.message}`.slice(0, 256)
  if (!sent) {
    const refusal = refuse('call.target_unavailable', { reason })
    return { class: 'refused_by_target', refusal }
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return { class: 'timeout', refusal: refuse('call.target_timeout', { reason }) }
  }
  const invalid = error.name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW'
  const refused = invalid ? 'call.target_invalid' : 'call.connection_lost'
  return { class: 'unclear', refusal: refuse(refused, { reason }) }
}

/** Lower case, without parameters; `undefined` where it is missing or repeated. */
export function mediaTypeOf(headers: UpstreamHeaders): string | undefined {
  const value = headers['content-type']
  return typeof value === 'string' ? value.split(';')[0]?.trim().toLowerCase() : undefined
}

function failure(
  outcome: OutcomeClass,
  code: Refusal['refused'],
  status: number,
  did: string,
): Failure {
  const more = { seen: `status ${status}`, reason: `the target ${did} ${status}` }
  return { class: outcome, refusal: refuse(code, more) }
}

function named(mediaType: string | undefined): string {
  return mediaType === undefined ? 'no media type' : mediaType.slice(0, 64)
}
