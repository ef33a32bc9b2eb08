// A target that misses capabilities says so by −32021 (MCP 2026-07-28, basic/index), of what the gateway offered to it. The
// client is told what it lacks itself; what it declared and the operator does not let the target use is no fault of its.
import type { FinalOutcome, Outcome, RefusedOutcome } from '../../call/outcome.ts'
import { CAPABILITIES_KEY } from '../../in/meta.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject } from '../../json/value.ts'
import { refuse } from '../../refusal.ts'

/** `meta`: of the client's request, as it came. */
export function undeclaredByClient(outcome: Outcome, meta: JsonObject): Outcome {
  const judged = (final: FinalOutcome): FinalOutcome =>
    final.kind === 'refused' && final.refusal.refused === 'call.client_cannot_answer'
      ? inClientsTerms(final, meta)
      : final
  if (outcome.kind !== 'stream') return judged(outcome)
  return { ...outcome, ended: outcome.ended.then(judged) }
}

function inClientsTerms(outcome: RefusedOutcome, meta: JsonObject): RefusedOutcome {
  const { rpcData, reason = 'the target misses capabilities' } = outcome.refusal
  const required = rpcData?.['requiredCapabilities'] as JsonObject
  const declared = meta[CAPABILITIES_KEY]
  const missing = Object.entries(required).filter(
    ([name]) => !isJsonObject(declared) || !Object.hasOwn(declared, name),
  )
  const isOurs = missing.length === 0 && Object.keys(required).length > 0
  const refusal = isOurs
    ? refuse('call.input_not_allowed', { seen: 'the target needs what it may not ask for', reason })
    : refuse('call.client_cannot_answer', {
        seen: 'the target needs what the client did not declare',
        rpcData: { requiredCapabilities: Object.fromEntries(missing) },
        reason,
      })
  return { ...outcome, refusal }
}
