// The turn towards a client of the old era (MCP 2025-11-25, basic/lifecycle; client/elicitation, sampling, roots): what a
// target asks goes out as requests of ours on the stream that answers the call, under random ids, and the responses
// that the session posts come back in the shape of the modern era. What was judged already is not judged again here.
import type { SessionTerms } from '../../in/inbound.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { refuse, type Refusal } from '../../refusal.ts'
import { randomId } from '../../system/ids.ts'

/** Rejects when `signal` aborts; the response as it was posted. */
export type AwaitResponse = (
  session: string,
  id: string,
  signal: AbortSignal,
) => Promise<JsonObject>

export type Questions = {
  /** JSON-RPC requests, each on one line. */
  readonly messages: readonly Buffer[]
  /** `inputResponses`, by the keys of the requests. Never rejects. */
  readonly answers: Promise<{ readonly responses: JsonObject } | Refusal>
}

const ANSWER_WITHIN_MS = 600_000
/** The first revision with modes of elicitation. */
const WITH_MODES = '2025-11-25'

/** `signal`: the call is over. */
export function questionsFor(
  requests: JsonObject,
  session: SessionTerms,
  awaitResponse: AwaitResponse,
  signal: AbortSignal,
): Questions {
  const until = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)])
  const messages: Buffer[] = []
  const waiting: Promise<readonly [string, JsonObject] | Refusal>[] = []
  for (const [key, request] of Object.entries(requests)) {
    const id = randomId()
    // Awaited before it is sent: an answer cannot come too early.
    waiting.push(
      awaitResponse(session.name, id, until).then(
        (response) => answerIn(response, key),
        () => notGiven('no answer came in time'),
      ),
    )
    messages.push(requestTo(session, id, isJsonObject(request) ? request : {}))
  }
  return { messages, answers: Promise.all(waiting).then(gather) }
}

function requestTo({ protocolVersion }: SessionTerms, id: string, request: JsonObject): Buffer {
  const { method, params } = request
  const given = isJsonObject(params) ? params : {}
  const sent = method === 'elicitation/create' ? elicitationFor(protocolVersion, given) : params
  const message = { jsonrpc: '2.0', id, method, ...(sent === undefined ? {} : { params: sent }) }
  return Buffer.from(JSON.stringify(message), 'utf8')
}

function elicitationFor(protocolVersion: string, params: JsonObject): JsonObject {
  if (protocolVersion < WITH_MODES) {
    const { mode: _, ...form } = params
    return form
  }
  // MUST (2025-11-25, client/elicitation): by URL, with an id. Its end is not told: `elicitation/complete` is not bridged.
  const named = params['mode'] !== 'url' || params['elicitationId'] !== undefined
  return named ? params : { ...params, elicitationId: randomId() }
}

function answerIn(response: JsonObject, key: string): readonly [string, JsonObject] | Refusal {
  const { result, error } = response
  if (isJsonObject(result)) return [key, result]
  return notGiven(`the client answered error ${codeOf(error)}`)
}

function codeOf(error: JsonValue | undefined): string {
  const code = isJsonObject(error) ? error['code'] : undefined
  return typeof code === 'number' ? String(code) : 'without a code'
}

function gather(
  answers: readonly (readonly [string, JsonObject] | Refusal)[],
): { readonly responses: JsonObject } | Refusal {
  const responses: Record<string, JsonObject> = {}
  for (const answer of answers) {
    if ('refused' in answer) return answer
    const [key, result] = answer
    responses[key] = result
  }
  return { responses }
}

function notGiven(reason: string): Refusal {
  return refuse('call.input_not_given', { seen: reason, reason })
}
