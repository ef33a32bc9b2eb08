// What clients of the old era send (MCP 2025-11-25, 2025-06-18, 2025-03-26; basic/transports): a POST with one message or,
// in 2025-03-26, a batch; GET and DELETE with a session. Once its session is known, a request is put into the shape of
// the modern era, and from there on it is one like any other. Which session it is, and whose, is not known here.
import { isJsonObject, isRawNumber } from '../json/raw-number.ts'
import type { JsonObject, JsonValue, RpcId } from '../json/value.ts'
import { isRefusal, refuse, type Refusal } from '../refusal.ts'
import {
  echo,
  invalid,
  isModernVersion,
  mismatch,
  readMessage,
  unsupported,
  type Message,
} from './envelope.ts'
import { type Head, Inbound, type SessionTerms } from './inbound.ts'
import { acceptsStream } from './media.ts'
import {
  CAPABILITIES_KEY,
  CLIENT_INFO_KEY,
  LOG_LEVEL_KEY,
  metaProblem,
  VERSION_KEY,
} from './meta.ts'
import { differingMirror, paramHeaders, repeatedMirror } from './mirrored.ts'
import { FIRST_MODERN, MODERN_VERSIONS, oldVersionsFrom } from './versions.ts'

/** A response of the client to a request of ours. */
export type PostedResponse = { readonly responseTo: RpcId; readonly response: JsonObject }
export type OldMessage = Message | PostedResponse
export type OldPost = {
  readonly verb: 'POST'
  readonly messages: readonly OldMessage[]
  readonly isBatch: boolean
}
export type OldEra = OldPost | { readonly verb: 'GET' | 'DELETE' }

const MAX_BATCH = 10

/** GET and DELETE are of the old era alone, and there of a session alone. */
export function isOldVerb({ method, headers }: Head): boolean {
  if (method !== 'GET' && method !== 'DELETE') return false
  return headers.has('mcp-session-id') && !isModernVersion(headers.get('mcp-protocol-version'))
}

/** Arrays and responses: the modern era has neither. */
export function isOldPost(
  { headers }: Head,
  body: JsonValue,
): body is JsonObject | readonly JsonValue[] {
  if (isModernVersion(headers.get('mcp-protocol-version'))) return false
  return isList(body) || isResponse(body)
}

export function readOldVerb(head: Head): OldEra | Refusal {
  const verb = head.method as 'GET' | 'DELETE'
  if (verb === 'GET' && !acceptsStream(head.headers.get('accept'))) {
    return refuse('in.not_acceptable', { expected: '`Accept: text/event-stream`' })
  }
  return unknownVersion(head, undefined) ?? { verb }
}

/** What `isOldPost` knew. */
export function readOldPost(
  head: Head,
  body: JsonObject | readonly JsonValue[],
): OldPost | Refusal {
  if (isList(body)) {
    const messages = readBatch(body)
    return isRefusal(messages) ? messages : oldPost(head, messages, true)
  }
  const response = readResponse(body)
  return isRefusal(response) ? response : oldPost(head, [response], false)
}

export function oldPost(
  head: Head,
  messages: readonly OldMessage[],
  isBatch: boolean,
): OldPost | Refusal {
  const [first] = messages
  const id = !isBatch && first !== undefined && 'id' in first ? first.id : undefined
  const unfit = repeatedMirror(head, id) ?? unknownVersion(head, id)
  if (unfit !== undefined) return unfit
  for (const message of messages) {
    // A header cannot mirror a batch, nor a response.
    const differing =
      isBatch || 'response' in message
        ? mirrorOfMany(head)
        : differingMirror(head, message, 'optional')
    if (differing !== undefined) return differing
  }
  return { verb: 'POST', messages, isBatch }
}

/** A message of a session as one of the modern era. */
export function inSession(head: Head, message: Message, session: SessionTerms): Inbound | Refusal {
  const { id, method, params } = message
  const { clientCapabilities, clientInfo, logLevel } = session
  const meta: JsonObject = {
    ...message.meta,
    [VERSION_KEY]: FIRST_MODERN,
    [CAPABILITIES_KEY]: clientCapabilities,
    ...(clientInfo === undefined ? {} : { [CLIENT_INFO_KEY]: clientInfo }),
    ...(logLevel === undefined ? {} : { [LOG_LEVEL_KEY]: logLevel }),
  }
  const problem = metaProblem(meta)
  if (problem !== undefined) {
    return refuse('in.invalid_params', { seen: problem, ...echo(id) })
  }
  return new Inbound({
    head,
    id,
    method,
    params,
    meta,
    protocolVersion: FIRST_MODERN,
    session,
    paramHeaders: paramHeaders(head.headers),
  })
}

function isList(body: JsonValue): body is readonly JsonValue[] {
  return Array.isArray(body)
}

function isResponse(body: JsonValue): body is JsonObject {
  return isJsonObject(body) && !('method' in body) && ('result' in body || 'error' in body)
}

/** The batch is refused whole where one of its entries is no message at all. */
function readBatch(entries: readonly JsonValue[]): readonly OldMessage[] | Refusal {
  if (entries.length === 0) return invalid('an empty batch')
  if (entries.length > MAX_BATCH) {
    return refuse('in.invalid_message', {
      seen: `a batch of ${entries.length}`,
      expected: `at most ${MAX_BATCH} entries`,
    })
  }
  const messages: OldMessage[] = []
  const ids = new Set<string>()
  for (const entry of entries) {
    const read = isResponse(entry) ? readResponse(entry) : readMessage(entry)
    if (isRefusal(read)) return read
    messages.push(read)
    if ('response' in read) continue
    if (VERSION_KEY in read.meta) return invalid('a batch with a message of the modern era')
    // MUST NOT (2025-03-26, basic/lifecycle): `initialize` is not part of a batch.
    if (read.method === 'initialize') return invalid('`initialize` in a batch')
    if (read.id === undefined) continue
    const id = JSON.stringify(read.id)
    if (ids.has(id)) return invalid('two requests of one id in a batch')
    ids.add(id)
  }
  return messages
}

function readResponse(body: JsonObject): PostedResponse | Refusal {
  const { jsonrpc, id } = body
  if (jsonrpc !== '2.0') return invalid('`jsonrpc` is not "2.0"')
  if ('result' in body === 'error' in body) return invalid('both `result` and `error`')
  if (typeof id !== 'string' && typeof id !== 'number' && !isRawNumber(id)) {
    return invalid('a response without an id')
  }
  return { responseTo: id, response: body }
}

/** MUST (2025-06-18, basic/transports): a version that is not served is 400; none at all is the session's. */
function unknownVersion({ headers, route }: Head, id: RpcId | undefined): Refusal | undefined {
  const version = headers.get('mcp-protocol-version')
  const old = oldVersionsFrom(route.minProtocol)
  if (version === undefined || old.includes(version)) return undefined
  return unsupported(version, id, [...MODERN_VERSIONS, ...old])
}

function mirrorOfMany({ headers }: Head): Refusal | undefined {
  const mirrors = headers.has('mcp-method') || headers.has('mcp-name')
  return mirrors ? mismatch('a mirrored header beside what it cannot mirror', undefined) : undefined
}
