// How the gateway says no: a Refusal is a value that a stage returns instead of its product.
// It carries the true reason for the audit; out/ decides how much of it the caller sees.
// What is thrown is a Fault (fault.ts).
import type { RefusalCode } from './answers.ts'
import type { RpcId } from './json/value.ts'

export type Refusal = {
  readonly refused: RefusalCode
  /** For the caller: what was seen, redacted. Never a token, never a name that the caller may not see. */
  readonly seen?: string
  /** For the caller: what would have been accepted. */
  readonly expected?: string
  /** For the operator alone: the true code, where the caller must see another one (a hidden tool). */
  readonly actual?: RefusalCode
  /** For the operator alone (audit, log, `why`): the true reason in words. */
  readonly reason?: string
  /** Ids of the policies that decided or erred, for the audit. */
  readonly policies?: readonly string[]
  /** Members added to `error.data` of a JSON-RPC answer, as the revision demands (`supported`, `requested`). */
  readonly rpcData?: Readonly<Record<string, unknown>>
  /** Sent as `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number
  /** The id of the JSON-RPC request that is refused, where it was understood before an Inbound existed. */
  readonly rpcId?: RpcId
  /** All scopes of the operation, for a challenge (RFC 6750 §3). */
  readonly scope?: string
}

export function refuse(refused: RefusalCode, more: Omit<Refusal, 'refused'> = {}): Refusal {
  return { refused, ...more }
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value
}
