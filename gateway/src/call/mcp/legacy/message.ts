// Reads one JSON-RPC message of a target of the old era (MCP 2025-11-25, basic): a response to what was asked, a
// notification, or a request of the target's own, which the modern era does not know. Strict, and numbers stay exact.
import { isJsonObject, isRawNumber } from '../../../json/raw-number.ts'
import { readJson } from '../../../json/read.ts'
import type { JsonObject, JsonValue, RpcId } from '../../../json/value.ts'

export type LegacyMessage =
  | Response
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

/** `id` as it stands there: null, or absent, in an error whose request could not be read (JSON-RPC 2.0 §5). */
type Response =
  | { readonly kind: 'result'; readonly id: JsonValue | undefined; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly id: JsonValue | undefined; readonly error: JsonObject }

const LIMITS = { depth: 64, nodes: 2_000_000, numberLength: 1_024 }

/** `id` is what was sent: random, so that an answer to anything else cannot be taken for this one (attacks M-06). */
export function readMessage(bytes: Buffer, id: string): LegacyMessage {
  const message = readAnyMessage(bytes)
  if (message.kind !== 'result' && message.kind !== 'error') return message
  const unreadable = message.kind === 'error' && (message.id === null || message.id === undefined)
  return message.id === id || unreadable
    ? message
    : broken('the id of the response is not that of the request')
}

/** Of a stream that holds the answers to several requests: whose a response is, is for its reader to see. */
export function readAnyMessage(bytes: Buffer): LegacyMessage {
  const read = readJson(bytes, LIMITS)
  if (!('value' in read)) return alien(`no strict JSON: ${read.failure} at byte ${read.offset}`)
  const message = read.value
  if (!isJsonObject(message) || message['jsonrpc'] !== '2.0')
    return alien('no JSON-RPC 2.0 message')
  if (Object.hasOwn(message, 'method')) return readAsked(message)
  const { id, result, error } = message
  if ((result === undefined) === (error === undefined)) {
    return broken('a response needs exactly one of result and error')
  }
  if (result !== undefined) {
    return isJsonObject(result) ? { kind: 'result', id, result } : broken('the result is no object')
  }
  if (!isJsonObject(error)) return broken('the error is no object')
  return Number.isSafeInteger(error['code'])
    ? { kind: 'error', id, error }
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
