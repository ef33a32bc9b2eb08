// Answers one parsed request: MCP of the modern era spoken by hand (server/discover, tools/list in pages,
// tools/call), or whatever the present behaviour puts in its place.
import type { ServerResponse } from 'node:http'
import type { AnswerKind, Behaviour } from './behaviour.ts'
import { DISHONEST_ANSWERS } from './dishonest-answers.ts'
import { DISHONEST_STREAMS } from './dishonest-streams.ts'
import { parseExact } from './exact-json.ts'
import { resultOf, sendJson, type AnswerFunction, type Answering } from './exchange-answer.ts'
import { callTool, type ToolDefinition } from './tools.ts'

export type Offer = {
  readonly tools: readonly ToolDefinition[]
  readonly pageSize: number
  /** What `tools/list` says about sharing its answer. */
  readonly cacheScope: 'public' | 'private'
}

const BY_KIND: Readonly<Record<AnswerKind, AnswerFunction>> = {
  honest: callTool,
  ...DISHONEST_ANSWERS,
  ...DISHONEST_STREAMS,
}

export async function answer(
  response: ServerResponse,
  body: Buffer,
  behaviour: Behaviour,
  offer: Offer,
): Promise<void> {
  const message = parseExact(body.toString('utf8')) as {
    readonly id?: unknown
    readonly method?: string
    readonly params?: Readonly<Record<string, unknown>>
  }
  const { id, method = '', params = {} } = message
  if (id === undefined) {
    response.writeHead(202).end()
    return
  }
  const answering: Answering = { response, id, params, behaviour }
  if (behaviour.answer !== 'honest' && behaviour.methods.includes(method)) {
    return await BY_KIND[behaviour.answer](answering)
  }
  if (method === 'server/discover') return sendJson(response, 200, resultOf(id, DISCOVERY))
  if (method === 'tools/list') return sendJson(response, 200, resultOf(id, page(offer, params)))
  if (method !== 'tools/call') return fail(answering, 404, -32601, 'Method not found')
  const known = offer.tools.some(({ name }) => name === params['name'])
  if (!known) return fail(answering, 200, -32602, 'no such tool')
  return await callTool(answering)
}

const DISCOVERY = {
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {} },
  ttlMs: 0,
  cacheScope: 'private',
  _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'recording-target', version: '1.0.0' } },
}

function page(
  { tools, pageSize, cacheScope }: Offer,
  params: Readonly<Record<string, unknown>>,
): object {
  const { cursor } = params
  const start = typeof cursor === 'string' ? Number(/^from-(\d+)$/.exec(cursor)?.[1] ?? 0) : 0
  const end = start + pageSize
  const more = end < tools.length ? { nextCursor: `from-${end}` } : {}
  return { tools: tools.slice(start, end), ...more, ttlMs: 0, cacheScope }
}

function fail({ response, id }: Answering, status: number, code: number, message: string) {
  sendJson(response, status, { jsonrpc: '2.0', id, error: { code, message } })
}
