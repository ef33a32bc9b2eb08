// Answers of the old era in the shape of the modern one (protocol §4): `resultType` is added, ids are mapped back, codes
// that a modern client must not see are replaced, and -32042 becomes what it means: a person has to open a URL first.
import { isJsonObject } from '../../../json/raw-number.ts'
import type { JsonObject, RpcId } from '../../../json/value.ts'
import type { CallMethod } from '../../connector.ts'
import type { FinalOutcome, OutcomeClass, OutcomeFacts } from '../../outcome.ts'
import { broken, rewrittenError } from '../answer.ts'
import type { Failure } from '../failure.ts'
import type { LegacyMessage } from './message.ts'

export type Answer = LegacyMessage & { readonly kind: 'result' | 'error' }
/** What is known of the exchange, whatever came of it. */
export type ExchangeFacts = Pick<OutcomeFacts, 'status' | 'resultBytes' | 'targetRequestId'>

type Translated =
  | { readonly kind: 'response'; readonly class: OutcomeClass; readonly body: Buffer }
  | { readonly kind: 'input'; readonly requests: JsonObject }
  | { readonly kind: 'failed'; readonly failure: Failure }

const URL_ELICITATION_REQUIRED = -32042
const MAX_ELICITATIONS = 16

/** `id` is the client's. */
export function finalOf(
  answer: Answer | Failure,
  id: RpcId,
  method: CallMethod,
  exchange: ExchangeFacts,
): FinalOutcome {
  if ('refusal' in answer) return refused(answer, exchange)
  const translated: Translated =
    answer.kind === 'result'
      ? translateResult(answer.result, id, method)
      : translateError(answer.error, id)
  switch (translated.kind) {
    case 'response': {
      const { body, class: outcome } = translated
      return { kind: 'result', body, facts: { ...exchange, class: outcome, result: body } }
    }
    case 'input': {
      const facts: OutcomeFacts = { ...exchange, class: 'input_required', result: undefined }
      return { kind: 'input', requests: translated.requests, state: undefined, facts }
    }
    case 'failed':
      return refused(translated.failure, exchange)
  }
}

function refused({ class: outcome, refusal }: Failure, exchange: ExchangeFacts): FinalOutcome {
  return { kind: 'refused', refusal, facts: { ...exchange, class: outcome, result: undefined } }
}

function translateResult(result: JsonObject, id: RpcId, method: CallMethod): Translated {
  const translated = {
    ...result,
    resultType: 'complete',
    // MUST (server/utilities/caching): a read says how long it holds; the old era has no words for it.
    ...(method === 'resources/read' ? { ttlMs: 0, cacheScope: 'private' } : {}),
  }
  return {
    kind: 'response',
    class: result['isError'] === true ? 'tool_error' : 'ok',
    body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result: translated }), 'utf8'),
  }
}

function translateError(error: JsonObject, id: RpcId): Translated {
  if (error['code'] === URL_ELICITATION_REQUIRED) return urlRequests(error)
  return { kind: 'response', class: 'refused_by_target', body: rewrittenError(error, id) }
}

/** MUST (client/elicitation, 2025-11-25): `data.elicitations`, each of mode `url`. */
function urlRequests({ data }: JsonObject): Translated {
  const asked = isJsonObject(data) ? data['elicitations'] : undefined
  if (!Array.isArray(asked) || asked.length === 0 || asked.length > MAX_ELICITATIONS) {
    return { kind: 'failed', failure: broken('error -32042 names no elicitations') }
  }
  const requests: Record<string, JsonObject> = {}
  for (const [index, params] of asked.entries()) {
    if (!isJsonObject(params) || params['mode'] !== 'url' || typeof params['url'] !== 'string') {
      return { kind: 'failed', failure: broken('error -32042 asks for something else than a URL') }
    }
    requests[`url-${index + 1}`] = { method: 'elicitation/create', params }
  }
  return { kind: 'input', requests }
}
