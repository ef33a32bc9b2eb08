// Our judgement of era and envelope beside the SDK's own (`classifyInboundRequest` and what a modern-only
// `createMcpHandler` answers): an old client must meet the answers that it knows how to read.
import { createMcpHandler, isLegacyRequest, Server } from '@modelcontextprotocol/server'
import { describe, expect, it } from 'vitest'

import { answerOf } from '../../src/answers.ts'
import { judgeEra, readMessage, refuseOldEra, type Message } from '../../src/in/envelope.ts'
import { Head } from '../../src/in/inbound.ts'
import { isOldPost, readOldPost } from '../../src/in/old-era.ts'
import type { JsonValue } from '../../src/json/value.ts'
import { isRefusal } from '../../src/refusal.ts'

const handler = createMcpHandler(() => new Server({ name: 'x', version: '1' }), {
  legacy: 'reject',
})
const VERSION = 'io.modelcontextprotocol/protocolVersion'
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'

type Verdict = { status: number; code?: number; id?: unknown; versions?: unknown }
/** What passes the era is refused for its method, or for a mirror that read-inbound checks: both end here. */
const PASSED: Verdict = { status: 0 }

async function theirs(body: JsonValue, version: string | undefined): Promise<Verdict> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  if (version !== undefined) headers['mcp-protocol-version'] = version
  const method = (body as { method?: string }).method
  if (method !== undefined) headers['mcp-method'] = method
  const response = await handler.fetch(
    new Request('http://x/mcp', { method: 'POST', headers, body: JSON.stringify(body) }),
  )
  if (response.status === 202) return { status: 202 }
  const { id, error } = JSON.parse(await response.text()) as Answer
  const { code, message, data } = error
  if (code === -32_601 || (code === -32_020 && message.includes('is absent'))) return PASSED
  return verdict(response.status, code, id, data)
}
type Answer = { id: unknown; error: { code: number; message: string; data?: object } }

function ours(body: JsonValue, version: string | undefined): Verdict {
  const message = readMessage(body)
  const judged = isRefusal(message) ? message : modernOnly(message, version)
  if (judged === 'dropped') return { status: 202 }
  if (!isRefusal(judged)) return judged.id === undefined ? { status: 202 } : PASSED
  const { status, rpc } = answerOf(judged.refused)
  return verdict(status, rpc, judged.rpcId ?? null, judged.rpcData)
}

function modernOnly(message: Message, version: string | undefined) {
  const judged = judgeEra(message, version)
  return judged === 'legacy' ? refuseOldEra(message, version) : judged
}

/** The data of −32022 is part of the protocol, that of other codes is everybody's own; so is an id that is echoed out of no message. */
function verdict(
  status: number,
  code: number | undefined,
  id: unknown,
  data: object | undefined,
): Verdict {
  if (code === -32_600) return { status, code }
  return { status, code: code ?? 0, id, versions: code === -32_022 ? data : undefined }
}

const request = (method: string, params?: JsonValue): JsonValue => ({
  jsonrpc: '2.0',
  id: 7,
  method,
  ...(params === undefined ? {} : { params }),
})
const envelope = (version: string) => ({ _meta: { [VERSION]: version, [CAPABILITIES]: {} } })
const bodies: [string, JsonValue][] = [
  ['initialize', request('initialize', { protocolVersion: '2025-06-18' })],
  ['initialize without params', request('initialize')],
  [
    'initialize with a broken envelope',
    request('initialize', { _meta: { [VERSION]: '2026-07-28' } }),
  ],
  ['initialize with an old claim', request('initialize', envelope('2025-06-18'))],
  ['tools/list without _meta', request('tools/list')],
  ['ping with a bare progress token', request('ping', { _meta: { progressToken: 1 } })],
  ['an old claim', request('nothing/x', envelope('2025-06-18'))],
  ['a claim of the future', request('nothing/x', envelope('2099-01-01'))],
  ['a claim that is no date', request('nothing/x', envelope('zzz'))],
  ['a broken envelope', request('nothing/x', { _meta: { [VERSION]: '2026-07-28' } })],
  ['a version that is a number', request('nothing/x', { _meta: { [VERSION]: 1 } })],
  ['an old notification', { jsonrpc: '2.0', method: 'notifications/initialized' }],
  [
    'a notification with a claim',
    { jsonrpc: '2.0', method: 'notifications/x', params: envelope('2026-07-28') },
  ],
  [
    'a notification of the future',
    { jsonrpc: '2.0', method: 'notifications/x', params: envelope('2099-01-01') },
  ],
  ['a response', { jsonrpc: '2.0', id: 7, result: {} }],
  ['a batch', [request('tools/list')]],
  ['an empty batch', []],
  ['a batch with a modern element', [request('tools/list', envelope('2026-07-28'))]],
  ['another jsonrpc', { jsonrpc: '1.0', id: 7, method: 'x' }],
  ['an unknown member', { jsonrpc: '2.0', id: 7, method: 'x', more: 1 }],
  ['no object', 'x'],
]

describe('era and envelope agree with a modern-only server of the SDK', () => {
  for (const version of [undefined, '2025-06-18', '2026-07-28', '2099-01-01', 'zzz']) {
    it.each(bodies)(
      `under MCP-Protocol-Version ${version ?? '(none)'}: %s`,
      async (_name, body) => {
        expect(ours(body, version)).toEqual(await theirs(body, version))
      },
    )
  }
})

/** Whether it goes to the old era: as readInbound chooses where both are served. */
function goesToOld(body: JsonValue, version: string | undefined): boolean {
  const headers = new Map(version === undefined ? [] : [['mcp-protocol-version', version]])
  const head = new Head({
    requestId: 'r',
    route: { target: undefined, resource: '', metadataUrl: '', minProtocol: '2025-03-26' },
    method: 'POST',
    headers,
    peerAddress: '',
    arrivedMonotonicMs: 0,
  })
  if (isOldPost(head, body)) return !isRefusal(readOldPost(head, body))
  const message = readMessage(body)
  return !isRefusal(message) && judgeEra(message, version) === 'legacy'
}

function theirsGoesToOld(body: JsonValue, version: string | undefined): Promise<boolean> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (version !== undefined) headers['mcp-protocol-version'] = version
  return isLegacyRequest(
    new Request('http://x/mcp', { method: 'POST', headers, body: JSON.stringify(body) }),
  )
}

/** Nobody sends these: whichever era they go to, they are refused with 400. Ours says so sooner. */
const REFUSED_SOONER = new Set([
  'another jsonrpc',
  'an unknown member',
  'a batch',
  'an empty batch',
  'a response',
])

describe('protocol §1: the era of each request is the one that the SDK’s dual server chooses', () => {
  for (const version of [
    undefined,
    '2025-06-18',
    '2025-11-25',
    '2026-07-28',
    '2099-01-01',
    'zzz',
  ]) {
    const isModern = version !== undefined && version >= '2026-07-28'
    const compared = bodies.filter(([name]) => !isModern || !REFUSED_SOONER.has(name))
    it.each(compared)(
      `under MCP-Protocol-Version ${version ?? '(none)'}: %s`,
      async (_name, body) => {
        expect(goesToOld(body, version)).toBe(await theirsGoesToOld(body, version))
      },
    )
  }
})
