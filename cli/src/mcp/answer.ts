// Reads the answer to one request: JSON, or an event stream with progress before the response
// (transports/streamable-http). The id must be ours; everything else is the server breaking the protocol.
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { CommandFailure } from '../exit-codes.ts'
import { deepestMessage } from '../terminal/deepest-message.ts'
import { parseExact } from '../terminal/exact-json.ts'
import { readBytes } from '../terminal/read-bytes.ts'
import { eventData } from './events.ts'
import type { McpRequest } from './request.ts'
import { objectOf } from './shape.ts'

export type RpcAnswer = { readonly result: JsonObject } | { readonly error: JsonObject }

/** JSON that is no JSON-RPC: the plain body of an HTTP refusal. Empty where the body is no JSON object. */
export type OtherAnswer = { readonly other: JsonObject }

export type OnNotification = (method: string, params: JsonObject) => void

const MAX_BYTES = 64 * 1024 * 1024

/** Whatever the HTTP status: errors of the protocol come as JSON-RPC on 4xx, too. */
export async function readAnswer(
  response: Response,
  request: McpRequest,
  onNotification: OnNotification,
): Promise<RpcAnswer | OtherAnswer> {
  try {
    return await read(response, request, onNotification)
  } catch (cause) {
    if (cause instanceof CommandFailure) throw cause
    const seen = cause instanceof Error ? deepestMessage(cause) : String(cause)
    const acted = request.method === 'tools/call' ? '; whether the tool acted is not known' : ''
    const exit = cause instanceof RangeError ? 'protocol' : 'unreachable'
    throw new CommandFailure(exit, `the answer broke off (${seen})${acted}`, { cause })
  }
}

async function read(
  response: Response,
  request: McpRequest,
  onNotification: OnNotification,
): Promise<RpcAnswer | OtherAnswer> {
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  const body = response.body
  if (body === null) return { other: {} }
  if (type === 'text/event-stream') {
    for await (const data of eventData(body)) {
      const answer = take(parse(data), request, onNotification)
      if (answer !== undefined) return answer
    }
    throw new CommandFailure('protocol', 'the stream ended before the response')
  }
  if (type !== 'application/json') {
    await body.cancel()
    return { other: {} }
  }
  const message = parse((await readBytes(body, MAX_BYTES)).toString())
  const answer = take(message, request, onNotification)
  return answer ?? { other: objectOf(message) ?? {} }
}

function take(
  received: JsonValue,
  request: McpRequest,
  onNotification: OnNotification,
): RpcAnswer | undefined {
  const message = objectOf(received)
  if (message?.['jsonrpc'] !== '2.0') return undefined
  const { id, method } = message
  if (typeof method === 'string') {
    onNotification(method, objectOf(message['params']) ?? {})
    return undefined
  }
  const result = objectOf(message['result'])
  const error = objectOf(message['error'])
  // An error without id is one about a request that the server could not read (JSON-RPC 2.0 §5).
  const ours = id === request.id || (error !== undefined && (id ?? null) === null)
  if (!ours) throw new CommandFailure('protocol', 'the server answered another request')
  if (error !== undefined) return { error }
  if (result !== undefined) return { result }
  throw new CommandFailure('protocol', 'the response has neither result nor error')
}

function parse(json: string): JsonValue {
  const value = parseExact(json)
  if (value === undefined) throw new CommandFailure('protocol', 'the server answered broken JSON')
  return value
}
