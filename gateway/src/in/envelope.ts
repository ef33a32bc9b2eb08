// One JSON-RPC 2.0 message (§4) and its era, chosen for each request (MCP 2026-07-28, versioning; the same
// decisions as `classifyInboundRequest` of the SDK, against which the tests compare it). A route that serves the
// modern era alone answers messages of the old one exactly as a modern-only server does.
import { isJsonObject, isRawNumber } from '../json/raw-number.ts'
import type { JsonObject, JsonValue, RpcId } from '../json/value.ts'
import { refuse, type Refusal } from '../refusal.ts'
import { metaProblem, VERSION_KEY } from './meta.ts'
import { FIRST_MODERN, MODERN_VERSIONS } from './versions.ts'

export type Message = {
  readonly id: RpcId | undefined
  readonly method: string
  readonly params: JsonObject
  readonly meta: JsonObject
}
export type ModernMessage = Message & { readonly protocolVersion: string }

/** Exactly one request or notification object. */
export function readMessage(body: JsonValue): Message | Refusal {
  if (!isJsonObject(body)) {
    return invalid(Array.isArray(body) ? 'an array; batches are not served here' : 'no object')
  }
  if ('result' in body || 'error' in body) return invalid('a JSON-RPC response')
  for (const name of Object.keys(body)) {
    if (!MEMBERS.has(name)) return invalid('a member that is not of JSON-RPC')
  }
  const { jsonrpc, method, id, params = EMPTY } = body
  if (jsonrpc !== '2.0') return invalid('`jsonrpc` is not "2.0"')
  if (typeof method !== 'string') return invalid('`method` is no string')
  if (!isJsonObject(params)) return invalid('`params` is no object')
  if ('id' in body && typeof id !== 'string' && typeof id !== 'number' && !isRawNumber(id)) {
    return invalid('`id` is neither a string nor a number')
  }
  const rpcId = id as RpcId | undefined
  const meta = params['_meta'] ?? EMPTY
  if (!isJsonObject(meta)) {
    return refuse('in.invalid_params', { seen: '`_meta` is no object', ...echo(rpcId) })
  }
  return { id: rpcId, method, params, meta }
}

/** The message with its version, if it is of the modern era and of a version that is served. */
export function judgeEra(
  message: Message,
  versionHeader: string | undefined,
): ModernMessage | Refusal | 'legacy' {
  const { id, meta, method } = message
  const headerIsModern = isModernVersion(versionHeader)
  const claims = VERSION_KEY in meta
  const problem = metaProblem(meta)
  const claimed = meta[VERSION_KEY]

  if (id !== undefined && method === 'initialize') {
    const isModern = problem === undefined && typeof claimed === 'string' && claimed >= FIRST_MODERN
    if (!isModern && headerIsModern) {
      return mismatch('`initialize` belongs to the old era, `MCP-Protocol-Version` does not', id)
    }
    if (!isModern) return 'legacy'
  }
  if (!claims) {
    if (!headerIsModern) return 'legacy'
    if (id === undefined) return served(message, versionHeader as string)
  }
  // A notification carries the claim at most, never the rest of the envelope.
  if (id === undefined && typeof claimed !== 'string') {
    return refuse('in.invalid_params', { seen: `\`${VERSION_KEY}\` is no string` })
  }
  if (id !== undefined && problem !== undefined) {
    return refuse('in.invalid_params', { seen: problem, ...echo(id) })
  }
  const version = claimed as string
  if (versionHeader !== undefined && versionHeader !== version) {
    return mismatch('`MCP-Protocol-Version` differs from the body', id)
  }
  return served(message, version)
}

/** What a modern-only server answers to a message of the old era; notifications of it mean nothing here. */
export function refuseOldEra(
  { id, method, params }: Message,
  versionHeader: string | undefined,
): Refusal | 'dropped' {
  if (id === undefined) return 'dropped'
  return unsupported(method === 'initialize' ? params['protocolVersion'] : versionHeader, id)
}

export function isModernVersion(version: string | undefined): boolean {
  return version !== undefined && version >= FIRST_MODERN
}

function served(message: Message, protocolVersion: string): ModernMessage | Refusal {
  if (!SUPPORTED.includes(protocolVersion)) return unsupported(protocolVersion, message.id)
  return { ...message, protocolVersion }
}

/** MUST (MCP 2026-07-28): −32022 with what is supported, and what was requested where anything was. */
export function unsupported(
  requested: JsonValue | undefined,
  id: RpcId | undefined,
  supported: readonly string[] = SUPPORTED,
): Refusal {
  const named = typeof requested === 'string' ? { requested } : {}
  return refuse('in.unsupported_version', {
    rpcData: { supported, ...named },
    ...echo(id),
  })
}

export function mismatch(seen: string, id: RpcId | undefined): Refusal {
  return refuse('in.header_mismatch', { seen, ...echo(id) })
}

export function invalid(seen: string): Refusal {
  return refuse('in.invalid_message', { seen })
}

export function echo(id: RpcId | undefined): { readonly rpcId?: RpcId } {
  return id === undefined ? {} : { rpcId: id }
}

const SUPPORTED: readonly string[] = MODERN_VERSIONS
const EMPTY: JsonObject = {}
const MEMBERS = new Set(['jsonrpc', 'method', 'id', 'params'])
