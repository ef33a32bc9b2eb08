// What was read of a target belongs to whoever read it (MCP 2026-07-28, server/utilities/caching): its result says
// `cacheScope: private` and a bounded `ttlMs`, whatever the target says of it (attacks M-09). Numbers stay exact.
import type { FinalOutcome, Outcome } from '../call/outcome.ts'
import { isJsonObject } from '../json/raw-number.ts'
import { readJson } from '../json/read.ts'

const MAX_TTL_MS = 60_000
const LIMITS = { depth: 64, nodes: 2_000_000, numberLength: 1_024 }

/** The outcome of `resources/read` with its cache hints rewritten. */
export function privately(outcome: Outcome): Outcome {
  if (outcome.kind !== 'stream') return asPrivate(outcome)
  return { ...outcome, ended: outcome.ended.then(asPrivate) }
}

function asPrivate(outcome: FinalOutcome): FinalOutcome {
  if (outcome.kind !== 'result') return outcome
  const read = readJson(outcome.body, LIMITS)
  const message = 'value' in read ? read.value : undefined
  const result = isJsonObject(message) ? message['result'] : undefined
  if (!isJsonObject(message) || !isJsonObject(result)) return outcome
  const { ttlMs } = result
  const bounded = typeof ttlMs === 'number' && ttlMs > 0 ? Math.min(ttlMs, MAX_TTL_MS) : 0
  const own = { ...result, resultType: 'complete', ttlMs: bounded, cacheScope: 'private' }
  const body = Buffer.from(JSON.stringify({ ...message, result: own }), 'utf8')
  return { ...outcome, body, facts: { ...outcome.facts, result: body } }
}
