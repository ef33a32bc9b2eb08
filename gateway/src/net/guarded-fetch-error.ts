// Why a guarded fetch gave nothing. The reasons are closed, so that a caller can tell a refusal of ours
// (`address`, `scheme` …) from an outage of the other side (`unreachable`, `timeout`).

export type GuardedFetchReason =
  | 'url'
  | 'scheme'
  | 'port'
  | 'address'
  | 'busy'
  | 'unreachable'
  | 'timeout'
  | 'redirect'
  | 'encoding'
  | 'media_type'
  | 'too_large'

/** Never carries a body, a header or a credential. */
export class GuardedFetchError extends Error {
  override readonly name = 'GuardedFetchError'
  readonly reason: GuardedFetchReason

  constructor(reason: GuardedFetchReason, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause })
    this.reason = reason
  }
}
