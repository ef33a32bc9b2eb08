// How the gateway breaks: a Fault is thrown, caught once in pipeline.ts, and answered with a request id.
// Expected answers to bad requests are refusals (refusal.ts); a Fault is ours or the infrastructure's.
// A Fault before a permit is a denial like any other: nothing is called.
import type { FaultCode } from './answers.ts'

/** Something of ours, or something that we depend on, failed. Never carries a secret or a payload. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  /** What failed, named for the caller: an issuer, the audit log, a store. */
  readonly dependency: string | undefined
  /** Sent as `Retry-After` where the shape of the answer has one, in seconds. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: FaultCode,
    detail: string,
    more: { dependency?: string; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.dependency = more.dependency
    this.retryAfterSeconds = more.retryAfterSeconds
  }
}
