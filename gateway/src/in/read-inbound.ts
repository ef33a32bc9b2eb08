// After the token: from a clean Head to one strict JSON-RPC message of the modern era whose mirrored headers
// equal it (MCP 2026-07-28, transports/streamable-http), or to what came of the old era, whose session is not known
// yet (old-era.ts). The order of checks is the order of answers: 405, 415, 406, 413, JSON, envelope, era, header = body.
import type { IncomingMessage } from 'node:http'

import type { RefusalCode } from '../answers.ts'
import { DEFAULT_JSON_LIMITS, readJson, type JsonFailure } from '../json/read.ts'
import { isRefusal, refuse, type Refusal } from '../refusal.ts'
import { collectBody } from './collect-body.ts'
import { judgeEra, mismatch, readMessage, refuseOldEra, type ModernMessage } from './envelope.ts'
import { type Head, Inbound } from './inbound.ts'
import { acceptsAnswers, isJsonContentType } from './media.ts'
import { differingMirror, paramHeaders, repeatedMirror } from './mirrored.ts'
import { isOldPost, isOldVerb, oldPost, readOldPost, readOldVerb, type OldEra } from './old-era.ts'
import { FIRST_MODERN } from './versions.ts'

export type InboundLimits = { readonly bodyBytes: number }
const JSON_LIMITS = { ...DEFAULT_JSON_LIMITS, unambiguousMembers: true }

/** `dropped`: a notification of the old era at a modern-only route; it is answered 202 and means nothing there. */
export async function readInbound(
  req: IncomingMessage,
  head: Head,
  limits: InboundLimits,
): Promise<Inbound | OldEra | Refusal | 'dropped'> {
  const servesOld = head.route.minProtocol < FIRST_MODERN
  if (servesOld && isOldVerb(head)) return readOldVerb(head)
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
  if (servesOld && isOldPost(head, read.value)) return readOldPost(head, read.value)
  const message = readMessage(read.value)
  if (isRefusal(message)) return message
  const repeated = repeatedMirror(head, message.id)
  if (repeated !== undefined) return repeated
  const versionHeader = head.headers.get('mcp-protocol-version')
  const judged = judgeEra(message, versionHeader)
  if (judged !== 'legacy') return isRefusal(judged) ? judged : matchHeaders(head, judged)
  return servesOld ? oldPost(head, [message], false) : refuseOldEra(message, versionHeader)
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
function matchHeaders(head: Head, message: ModernMessage): Inbound | Refusal {
  const { id, method, params, meta, protocolVersion } = message
  const differing = differingMirror(head, message, 'required')
  if (differing !== undefined) return differing
  if (id !== undefined && !head.headers.has('mcp-protocol-version')) {
    return mismatch('`MCP-Protocol-Version` is missing', id)
  }
  return new Inbound({
    head,
    id,
    method,
    params,
    meta,
    protocolVersion,
    session: undefined,
    paramHeaders: paramHeaders(head.headers),
  })
}
