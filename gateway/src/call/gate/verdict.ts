// What an outcome says about the target and about the credential that it was shown (promises F-08). A failure is a
// target that gave no answer: not reached, no answer in time, a broken connection, or a front of its own that says so
// (502–504). An answer that nobody likes is an answer: one person's bad calls must not close a target for all others.
import type { FinalOutcome } from '../outcome.ts'
import type { Verdict } from './breaker.ts'

/** `streamed`: it had begun to answer. */
export function judgeTarget(outcome: FinalOutcome, streamed = false): Verdict {
  if (outcome.kind !== 'refused') return 'good'
  switch (outcome.refusal.refused) {
    case 'call.cancelled':
      return 'none'
    case 'call.connection_lost':
    case 'call.target_unavailable':
      return 'bad'
    case 'call.target_timeout':
      // A stream that lasts longer than it may is not a target that does not answer.
      return streamed ? 'good' : 'bad'
    default:
      return 'good'
  }
}

const UNAUTHORIZED = 401

export function judgeCredential(outcome: FinalOutcome): Verdict {
  if (outcome.kind !== 'refused') return 'good'
  // 403 may be about what was asked for; 401 is about who asks.
  if (outcome.refusal.refused !== 'call.target_rejected_credential') return 'none'
  return outcome.facts.status === UNAUTHORIZED ? 'bad' : 'none'
}
