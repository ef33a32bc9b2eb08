// Judges one JSON-RPC message of a target (MCP 2026-07-28): strictly read, checked, and relayed as the bytes
// that came, so that no number changes on the way (attacks M-28). Errors of the target are rewritten: code,
// bounded message and data, nothing else. Transport and streams are exchange.ts.
import { isRawNumber } from '../../json/raw-number.ts'
import { readJson } from '../../json/read.ts'
import type { JsonObject, JsonValue, RpcId } from '../../json/value.ts'
import { refuse } from '../../refusal.ts'
import type { Refusal } from '../../refusal.ts'
import type { OutcomeClass } from '../outcome.ts'

export type Verdict =
  /** A response: to be relayed as `body`. */
  | {
      readonly kind: 'response'
      readonly class: OutcomeClass
      readonly body: Buffer
      readonly alert?: number
    }
  | { readonly kind: 'notification'; readonly message: JsonObject }
  | { readonly kind: 'input'; readonly requests: JsonObject; readonly state: string | undefined }
  | { readonly kind: 'refused'; readonly class: OutcomeClass; readonly refusal: Refusal }
  /** Not JSON-RPC at all: the caller judges by the HTTP status. */
  | { readonly kind: 'alien'; readonly reason: string }

const LIMITS = { depth: 64, nodes: 2_000_000, numberLength: 1_024 }
const MAX_MESSAGE = 2_000
const MAX_DATA = 16_384
const MAX_STATE = 65_536
const MAX_REQUESTS = 16
const MISSING_CAPABILITY = -32_021
const INPUT_METHODS = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list'])

/** `bytes` as they came; `id` is what was sent. */
export function judgeMessage(bytes: Buffer, id: RpcId): Verdict {
  const read = readJson(bytes, LIMITS)
  if (!('value' in read)) return alien(`no strict JSON: ${read.failure} at byte ${read.offset}`)
  const message = read.value
  if (!isObject(message) || message['jsonrpc'] !== '2.0') return alien('no JSON-RPC 2.0 message')
  if (Object.hasOwn(message, 'method')) {
    // MUST NOT (transports/streamable-http): requests from the server on a modern stream.
    if (Object.hasOwn(message, 'id')) return broken('the target sent a request')
    return typeof message['method'] === 'string'
      ? { kind: 'notification', message }
      : broken('a notification without a method')
  }
  const hasResult = Object.hasOwn(message, 'result')
  if (hasResult === Object.hasOwn(message, 'error')) {
    return broken('a response needs exactly one of result and error')
  }
  return hasResult ? judgeResult(message, bytes, id) : judgeError(message, id)
}

function judgeResult(message: JsonObject, bytes: Buffer, id: RpcId): Verdict {
  if (!sameId(message['id'], id)) return broken('the id of the response is not that of the request')
  const result = message['result']
  if (!isObject(result)) return broken('the result is no object')
  const type = result['resultType']
  // SHOULD (basic/index): absent means complete.
  if (type === 'complete' || type === undefined) {
    const body = bytes
    return { kind: 'response', class: result['isError'] === true ? 'tool_error' : 'ok', body }
  }
  if (type === 'input_required') return judgeInput(result)
  // MUST (basic/index): an unknown result type is invalid.
  return broken('the result has an unknown resultType')
}

/** MUST (basic/patterns/mrtr): requests, a state, or both. */
function judgeInput(result: JsonObject): Verdict {
  const { inputRequests: requests = {}, requestState: state } = result
  const known = isObject(requests) && Object.values(requests).every(isInputRequest)
  if (!known) return broken('the target asks for input in an unknown shape')
  if (state !== undefined && (typeof state !== 'string' || state.length > MAX_STATE)) {
    return broken('the requestState is no string, or too long')
  }
  if (Object.keys(requests).length > MAX_REQUESTS) return broken('the target asks for too much')
  if (state === undefined && Object.keys(requests).length === 0) {
    return broken('the target asks for input and for none')
  }
  return { kind: 'input', requests, state }
}

function isInputRequest(value: JsonValue | undefined): boolean {
  if (!isObject(value) || typeof value['method'] !== 'string') return false
  const { params } = value
  return INPUT_METHODS.has(value['method']) && (params === undefined || isObject(params))
}

function judgeError(message: JsonObject, id: RpcId): Verdict {
  const answered = message['id']
  // JSON-RPC 2.0 §5: null where the id could not be read.
  if (answered !== null && answered !== undefined && !sameId(answered, id)) {
    return broken('the id of the response is not that of the request')
  }
  const error = message['error']
  if (!isObject(error)) return broken('the error is no object')
  const code = error['code']
  if (typeof code !== 'number' || !Number.isSafeInteger(code))
    return broken('the error has no code')
  // MUST NOT reach a modern client: -32042 asked for input in the old era.
  if (code === -32042) return inputRequired('the target asks for input by error -32042')
  if (code === MISSING_CAPABILITY) return undeclared(error['data'])
  return {
    kind: 'response',
    class: 'refused_by_target',
    body: rewrittenError(error, id),
    // Mirrored headers or the version were wrong: that is our doing, not the client's.
    ...(code === -32020 || code === -32022 ? { alert: code } : {}),
  }
}

/** The response that a client gets of a target's error: code, bounded message and data, nothing else. */
export function rewrittenError(error: JsonObject, id: RpcId): Buffer {
  const { code = null, data } = error
  const keepsData = data !== undefined && JSON.stringify(data).length <= MAX_DATA
  const relayed = {
    jsonrpc: '2.0',
    id,
    error: {
      // MUST NOT reach a modern client: -32002 was "not found" in the old era.
      code: code === -32002 ? -32602 : code,
      message: plainText(error['message']),
      ...(keepsData ? { data } : {}),
    },
  }
  return Buffer.from(JSON.stringify(relayed), 'utf8')
}

function sameId(answered: JsonValue | undefined, sent: RpcId): boolean {
  if (answered === sent) return true
  const [a, b] = [numberText(answered), numberText(sent)]
  if (a === undefined || b === undefined) return false
  // 1.0 and 1 are one number; beyond the exact integers only the same text is.
  return a === b || (Number(a) === Number(b) && Number.isSafeInteger(Number(a)))
}

function numberText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number') return String(value)
  return isRawNumber(value) ? value.rawJSON : undefined
}

function plainText(value: JsonValue | undefined): string {
  if (typeof value !== 'string') return 'error'
  return value
    .slice(0, MAX_MESSAGE)
    .replace(/\p{Cc}/gu, ' ')
    .toWellFormed()
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  // The test for a raw number leaves JavaScript, so it is made only where there may be one.
  return !('rawJSON' in value) || !isRawNumber(value)
}

function alien(reason: string): Verdict {
  return { kind: 'alien', reason }
}

/** The target broke the protocol; what it did before cannot be known. */
export function broken(reason: string): Verdict & { readonly kind: 'refused' } {
  return { kind: 'refused', class: 'unclear', refusal: refuse('call.target_invalid', { reason }) }
}

/** MUST (basic/index): `data.requiredCapabilities`. What the client lacks of them is told to it (mcp/input). */
function undeclared(data: JsonValue | undefined): Verdict {
  const named = isObject(data) ? data['requiredCapabilities'] : undefined
  const isBounded = isObject(named) && JSON.stringify(named).length <= MAX_DATA
  return {
    kind: 'refused',
    class: 'refused_by_target',
    refusal: refuse('call.client_cannot_answer', {
      rpcData: { requiredCapabilities: isBounded ? named : {} },
      reason: 'the target needs capabilities that it was not offered',
    }),
  }
}

function inputRequired(reason: string): Verdict {
  return {
    kind: 'refused',
    class: 'input_required',
    refusal: refuse('call.input_required', { reason }),
  }
}
