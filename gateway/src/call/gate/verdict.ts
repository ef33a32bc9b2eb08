// What an outcome says about the target and about the credential that it was shown (promises F-08). A failure is a
// target that gave no answer: not reached, no answer in time, a broken connection, or a front of its own that says so
// (502–504). An answer that nobody likes is an answer: one person's bad calls must not close a target for all others.
import type { RefusalCode } from '../../answers.ts'
import type { FinalOutcome } from '../outcome.ts'
import type { Verdict } from './breaker.ts'

const NO_ANSWER: ReadonlySet<RefusalCode> = new Set([
  'call.connection_lost',
  'call.target_unavailable',
  'call.target_timeout',
])

/** `streamed`: it had begun to answer. */
export function judgeTarget(outcome: FinalOutcome, streamed = false): Verdict {
  if (outcome.kind !== 'refused') return 'good'
  const { refused } = outcome.refusal
  if (refused === 'call.cancelled') return 'none'
  // A stream that lasts longer than it may is not a target that does not answer.
  if (streamed && refused === 'call.target_timeout') return 'good'
  return NO_ANSWER.has(refused) ? 'bad' : 'good'
}

const UNAUTHORIZED = 401

export function judgeCredential(outcome: FinalOutcome): Verdict {
  if (outcome.kind !== 'refused') return 'good'
  // 403 may be about what was asked for; 401 is about who asks.
  if (outcome.refusal.refused !== 'call.target_rejected_credential') return 'none'
  return outcome.facts.status === UNAUTHORIZED ? 'bad' : 'none'
}
