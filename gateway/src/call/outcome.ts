// The product of `call`: what came of it.
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
  /** Why a stream ended without a response: what is to be written in its place, as the last message. */
  readonly refusal?: Refusal
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
 * Events that pass one by one. Each message is one checked JSON-RPC message without line breaks; the last
 * one is the response. `ended` settles with the facts when the stream is over, however it ends, and never rejects.
 */
export type StreamOutcome = {
  readonly kind: 'stream'
  readonly messages: AsyncIterable<Buffer>
  readonly ended: Promise<OutcomeFacts>
}

export type Outcome = ResultOutcome | RefusedOutcome | StreamOutcome
