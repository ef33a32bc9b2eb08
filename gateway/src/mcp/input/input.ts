// The turn towards the client in the middle of a call. A client of the modern era gets what the target asks as an
// `input_required` result (MCP 2026-07-28, basic/patterns/mrtr) and comes back with a request of its own, which brings
// answers and the sealed state; one of the old era gets requests on the stream of its answer (old-client.ts). Both are
// judged first, and whether the call that follows is allowed is for the path, as for any other.
import type { CallEnvelope } from '../../call/connector.ts'
import type { InputOutcome, Outcome } from '../../call/outcome.ts'
import type { Permit } from '../../authorize/permit.ts'
import type { Inbound } from '../../in/inbound.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { isRefusal, refuse, type Refusal } from '../../refusal.ts'
import { judgeRequests } from './judge-requests.ts'
import { questionsFor, type AwaitResponse, type Questions } from './old-client.ts'
import { offeredTo } from './offered-capabilities.ts'
import type { RequestStates, StateBinding } from './request-state.ts'
import type { MayAsk } from './settings.ts'
import { undeclaredByClient } from './undeclared.ts'

export type ClientInput = {
  /** `_meta` of the request, as this target gets it. */
  readonly offered: (target: string, meta: JsonObject) => JsonObject
  /** What a client that comes back brings; `undefined`: it does not come back. */
  readonly broughtBack: (permit: Permit, inbound: Inbound) => Brought | undefined | Refusal
  /** What came of a call, where the target misses capabilities: said of what the client itself lacks. */
  readonly ofClient: (inbound: Inbound, outcome: Outcome) => Outcome
  /** What a client of the modern era is told when the target asks. */
  readonly ask: (permit: Permit, inbound: Inbound, outcome: InputOutcome) => JsonObject | Refusal
  /** What a session of the old era is asked. `signal`: the call is over. */
  readonly put: (
    permit: Permit,
    inbound: Inbound,
    outcome: InputOutcome,
    signal: AbortSignal,
  ) => Questions | Refusal
}

type Brought = NonNullable<CallEnvelope['input']>

/** MUST (basic/patterns/mrtr): only these may be answered with a question. */
const MAY_ASK = new Set(['tools/call', 'prompts/get', 'resources/read'])
const MAX_RESPONSES = 64

export function createClientInput(
  mayAsk: (target: string) => MayAsk | undefined,
  states: RequestStates,
  awaitResponse: AwaitResponse,
): ClientInput {
  function judge(
    { entry }: Permit,
    { method, meta }: Inbound,
    { requests }: InputOutcome,
  ): Refusal | undefined {
    const settings = mayAsk(entry.target)
    if (settings === undefined || !MAY_ASK.has(method)) {
      return refuse('call.input_required', { reason: `the target asks in answer to ${method}` })
    }
    return judgeRequests(requests, settings, meta)
  }
  return {
    offered(target, meta) {
      const settings = mayAsk(target)
      return settings === undefined ? meta : offeredTo(settings, meta)
    },
    broughtBack(permit, inbound) {
      const { inputResponses: responses, requestState: sealed } = inbound.params
      if (!MAY_ASK.has(inbound.method)) return undefined
      if (responses === undefined && sealed === undefined) return undefined
      const fit = responses === undefined || (isJsonObject(responses) && areObjects(responses))
      if (!fit) {
        return refuse('in.invalid_params', { seen: '`inputResponses` is no object of answers' })
      }
      if (sealed === undefined) return { responses, state: undefined }
      if (typeof sealed !== 'string') {
        return refuse('in.invalid_params', { seen: '`requestState` is no string' })
      }
      const opened = states.open(sealed, bindingOf(permit, inbound))
      return isRefusal(opened) ? opened : { responses, state: opened.state }
    },
    ofClient: ({ meta }, outcome) => undeclaredByClient(outcome, meta),
    ask(permit, inbound, outcome) {
      const refused = judge(permit, inbound, outcome)
      if (refused !== undefined) return refused
      // An entry of a batch: there is no stream of its own to ask on, and its era knows no such result.
      if (inbound.session !== undefined) return NOT_HERE
      const { requests, state } = outcome
      return {
        resultType: 'input_required',
        ...(Object.keys(requests).length === 0 ? {} : { inputRequests: requests }),
        ...(state === undefined
          ? {}
          : { requestState: states.seal(state, bindingOf(permit, inbound)) }),
      }
    },
    put(permit, inbound, outcome, signal) {
      const refused = judge(permit, inbound, outcome)
      if (refused !== undefined) return inOldWords(refused, outcome.requests)
      const { session } = inbound
      if (session === undefined) return refuse('call.input_required', { reason: 'no session' })
      return questionsFor(outcome.requests, session, awaitResponse, signal)
    },
  }
}

/** −32021 is of the modern era. A page that the client cannot open itself is told in words, for the person. */
function inOldWords(refused: Refusal, requests: JsonObject): Refusal {
  if (refused.refused !== 'call.client_cannot_answer') return refused
  const { rpcData: _, refused: __, ...more } = refused
  const pages = Object.values(requests).flatMap(pageOf)
  const [page] = pages
  if (page === undefined || pages.length < Object.keys(requests).length) {
    return refuse('call.input_required', more)
  }
  return refuse('call.page_to_open', { ...more, seen: `the target asks to open ${page}` })
}

function pageOf(request: JsonValue): readonly string[] {
  const params = isJsonObject(request) ? request['params'] : undefined
  const url = isJsonObject(params) && params['mode'] === 'url' ? params['url'] : undefined
  return typeof url === 'string' ? [url] : []
}

const NOT_HERE = refuse('call.input_required', { reason: 'the target asks within a batch' })

function bindingOf({ identity, entry, args }: Permit, { method }: Inbound): StateBinding {
  return { identity, method, target: entry.target, name: entry.qualifiedName, args }
}

function areObjects(responses: JsonObject): boolean {
  const answers = Object.values(responses)
  return answers.length <= MAX_RESPONSES && answers.every((answer) => isJsonObject(answer))
}
