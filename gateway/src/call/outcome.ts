// The product of `call`: what came of it.
import type { JsonObject } from '../json/value.ts'
import type { Refusal } from '../refusal.ts'

/**
 * How a call ended, for the audit. `refused_by_target`: it did not act, for it said no or could not be
 * reached at all. `unclear`: nobody can know whether it acted.
 */
export type OutcomeClass =
  'ok' | 'tool_error' | 'refused_by_target' | 'input_required' | 'timeout' | 'cancelled' | 'unclear'

/** What the outcome record keeps of an ended call. */
export type OutcomeFacts = {
  readonly class: OutcomeClass
  /** HTTP status of the target, where there was one. */
  readonly status: number | undefined
  /** Bytes of the result on the wire. */
  readonly resultBytes: number
  /** The bytes whose digest the audit keeps; `undefined` where there was no result. */
  readonly result: Buffer | undefined
  readonly targetRequestId: string | undefined
}

/** Of a call to which the target said nothing. */
export function withoutAnswer(of: OutcomeClass): OutcomeFacts {
  const nothing = { status: undefined, result: undefined, targetRequestId: undefined }
  return { class: of, resultBytes: 0, ...nothing }
}

/** One complete JSON-RPC response of the target, checked, to be sent as it is. */
export type ResultOutcome = {
  readonly kind: 'result'
  readonly body: Buffer
  readonly facts: OutcomeFacts
}

/** A refusal on the target's side: no result to relay. */
export type RefusedOutcome = {
  readonly kind: 'refused'
  readonly refusal: Refusal
  readonly facts: OutcomeFacts
}

/**
 * The target asks the client for something before it answers (MCP 2026-07-28, basic/patterns/mrtr). The client
 * comes back with a new request, and everything is decided again.
 */
export type InputOutcome = {
  readonly kind: 'input'
  /** `inputRequests`: key to request (`method`, `params`), checked; may be empty. */
  readonly requests: JsonObject
  /** `requestState` as the target made it, or what names a call that is parked for it. */
  readonly state: string | undefined
  readonly facts: OutcomeFacts
}

export type FinalOutcome = ResultOutcome | RefusedOutcome | InputOutcome

/**
 * Events that pass one by one. Each message is one checked JSON-RPC notification without line breaks. `ended` settles
 * once the stream is over, however it ends, and never rejects; the body of its result has no line breaks either.
 */
export type StreamOutcome = {
  readonly kind: 'stream'
  readonly messages: AsyncIterable<Buffer>
  readonly ended: Promise<FinalOutcome>
}

export type Outcome = FinalOutcome | StreamOutcome
