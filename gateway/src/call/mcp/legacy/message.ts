// Reads one JSON-RPC message of a target of the old era (MCP 2025-11-25, basic): a response to what was asked, a
// notification, or a request of the target's own, which the modern era does not know. Strict, and numbers stay exact.
import { isJsonObject, isRawNumber } from '../../../json/raw-number.ts'
import { readJson } from '../../../json/read.ts'
import type { JsonObject, JsonValue, RpcId } from '../../../json/value.ts'

export type LegacyMessage =
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly error: JsonObject }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject }
  | {
      readonly kind: 'request'
      readonly id: RpcId
      readonly method: string
      readonly params: JsonObject
    }
  | { readonly kind: 'broken'; readonly reason: string }
  /** No JSON-RPC at all. */
  | { readonly kind: 'alien'; readonly reason: string }

const LIMITS = { depth: 64, nodes: 2_000_000, numberLength: 1_024 }

/** `id` is what was sent: random, so that an answer to anything else cannot be taken for this one (attacks M-06). */
export function readMessage(bytes: Buffer, id: string): LegacyMessage {
  const read = readJson(bytes, LIMITS)
  if (!('value' in read)) return alien(`no strict JSON: ${read.failure} at byte ${read.offset}`)
  const message = read.value
  if (!isJsonObject(message) || message['jsonrpc'] !== '2.0')
    return alien('no JSON-RPC 2.0 message')
  if (Object.hasOwn(message, 'method')) return readAsked(message)
  const { result, error } = message
  if ((result === undefined) === (error === undefined)) {
    return broken('a response needs exactly one of result and error')
  }
  if (result !== undefined) {
    if (message['id'] !== id) return broken('the id of the response is not that of the request')
    return isJsonObject(result) ? { kind: 'result', result } : broken('the result is no object')
  }
  // JSON-RPC 2.0 §5: null where the id could not be read.
  const answered = message['id']
  if (answered !== id && answered !== null && answered !== undefined) {
    return broken('the id of the response is not that of the request')
  }
  if (!isJsonObject(error)) return broken('the error is no object')
  return Number.isSafeInteger(error['code'])
    ? { kind: 'error', error }
    : broken('the error has no code')
}

function readAsked({ id, method, params = {} }: JsonObject): LegacyMessage {
  if (typeof method !== 'string') return broken('a message with a method that is no string')
  if (!isJsonObject(params)) return broken('a message with params that are no object')
  if (id === undefined) return { kind: 'notification', method, params }
  return isRpcId(id)
    ? { kind: 'request', id, method, params }
    : broken('a request with a malformed id')
}

function isRpcId(id: JsonValue): id is RpcId {
  return typeof id === 'string' || typeof id === 'number' || isRawNumber(id)
}

function broken(reason: string): LegacyMessage {
  return { kind: 'broken', reason }
}

function alien(reason: string): LegacyMessage {
  return { kind: 'alien', reason }
}
