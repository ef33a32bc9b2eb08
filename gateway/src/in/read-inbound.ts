// After the token: from a clean Head to one strict JSON-RPC message of the modern era whose mirrored headers
// equal it (MCP 2026-07-28, transports/streamable-http). The order of checks is the order of answers:
// 405, 415, 406, 413, JSON, envelope, era, header = body.
import type { IncomingMessage } from 'node:http'

import type { RefusalCode } from '../answers.ts'
import { DEFAULT_JSON_LIMITS, readJson, type JsonFailure } from '../json/read.ts'
import { isRefusal, refuse, type Refusal } from '../refusal.ts'
import { collectBody } from './collect-body.ts'
import { judgeEra, mismatch, readMessage, type Message } from './envelope.ts'
import { type Head, Inbound } from './inbound.ts'
import { acceptsAnswers, isJsonContentType } from './media.ts'
import { decodeMirror } from './mirror.ts'

export type InboundLimits = { readonly bodyBytes: number }
const JSON_LIMITS = { ...DEFAULT_JSON_LIMITS, unambiguousMembers: true }

/** `dropped`: a notification of the old era; it is answered 202 like any other and means nothing here. */
export async function readInbound(
  req: IncomingMessage,
  head: Head,
  limits: InboundLimits,
): Promise<Inbound | Refusal | 'dropped'> {
  const unfit = checkHeaders(head)
  if (unfit !== undefined) return unfit
  const body = await collectBody(req, head.headers.get('content-length'), limits.bodyBytes)
  if (body === 'too_large') {
    return refuse('in.body_too_large', { expected: `at most ${limits.bodyBytes} bytes` })
  }
  if (body === 'gone') {
    return refuse('in.malformed_request', {
      reason: 'the sender left before the body was complete',
    })
  }
  const read = readJson(body, JSON_LIMITS)
  if ('failure' in read) return refuseJson(read)
  const message = readMessage(read.value)
  if (isRefusal(message)) return message
  return matchHeaders(head, message)
}

function checkHeaders(head: Head): Refusal | undefined {
  const { headers } = head
  if (head.method !== 'POST') return refuse('in.method_not_allowed', { expected: 'POST' })
  if (!isJsonContentType(headers.get('content-type')) || headers.has('content-encoding')) {
    return refuse('in.unsupported_media_type')
  }
  return acceptsAnswers(headers.get('accept')) ? undefined : refuse('in.not_acceptable')
}

function refuseJson(failure: JsonFailure): Refusal {
  const at = `${JSON_FAILURES[failure.failure]} at byte ${failure.offset}`
  // The path consists of names out of the body: capped, because it goes into an answer.
  const seen = failure.path === '' ? at : `${at}, \`${failure.path.slice(0, 200)}\``
  return refuse(JSON_REFUSALS[failure.failure] ?? 'in.invalid_json', { seen })
}

const JSON_REFUSALS: Readonly<Partial<Record<JsonFailure['failure'], RefusalCode>>> = {
  depth: 'in.json_too_complex',
  nodes: 'in.json_too_complex',
  number: 'in.number_out_of_range',
  reserved: 'in.reserved_key',
}

const JSON_FAILURES: Readonly<Record<JsonFailure['failure'], string>> = {
  syntax: 'no JSON',
  encoding: 'no UTF-8',
  bom: 'a byte order mark',
  surrogate: 'a lone surrogate',
  trailing: 'trailing data',
  duplicate: 'a second member of the same name (or of one that differs by case)',
  reserved: 'a reserved member name',
  depth: 'nested too deeply',
  nodes: 'too many values',
  number: 'a number out of range',
}

/** MUST (SEP-2243): version, method and name are mirrored in headers, and the mirrors equal the body. */
function matchHeaders(head: Head, message: Message): Inbound | Refusal | 'dropped' {
  const { headers } = head
  const versionHeader = headers.get('mcp-protocol-version')
  for (const name of head.repeatedMirrors ?? []) {
    if (!name.startsWith('mcp-param-')) return mismatch(`\`${name}\` more than once`, message.id)
  }
  const modern = judgeEra(message, versionHeader)
  if (modern === 'dropped' || isRefusal(modern)) return modern
  const { id, method, params, meta, protocolVersion } = modern
  const isRequest = id !== undefined
  const methodHeader = headers.get('mcp-method')
  if (methodHeader !== undefined ? methodHeader !== method : isRequest) {
    return mismatch('`Mcp-Method` is missing or differs from the body', id)
  }
  if (isRequest && versionHeader === undefined) {
    return mismatch('`MCP-Protocol-Version` is missing', id)
  }
  const named = isRequest ? NAMED_BY.get(method) : undefined
  if (named !== undefined) {
    const name = params[named]
    const nameHeader = headers.get('mcp-name')
    const decoded = nameHeader === undefined ? undefined : decodeMirror(nameHeader)
    // Where the body lacks the name, the method's own checks say so.
    if (typeof name === 'string' ? decoded !== name : nameHeader !== undefined && !decoded) {
      return mismatch('`Mcp-Name` is missing, malformed or differs from the body', id)
    }
  }
  return new Inbound({
    head,
    id,
    method,
    params,
    meta,
    protocolVersion,
    paramHeaders: paramHeaders(headers),
  })
}

/** The member of `params` that `Mcp-Name` mirrors (SEP-2243, SEP-2663). */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
])

const NONE: ReadonlyMap<string, string> = new Map()

function paramHeaders(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  let found: Map<string, string> | undefined
  for (const [name, value] of headers) {
    if (!name.startsWith('mcp-param-')) continue
    found ??= new Map()
    found.set(name, value)
  }
  return found ?? NONE
}
