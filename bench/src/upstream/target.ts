// What the benchmark's target answers, as bytes: discovery or initialize, `tools/list` and `tools/call`. A call may ask
// for the size of its answer (`answerBytes`) and for its form (`form: "stream"`: server-sent events, progress first).
import { randomUUID } from 'node:crypto'

export type Era = 'modern' | 'old' | 'both'
export type Target = {
  /** To a POST whose body has this method. */
  readonly answer: (method: string, head: string, body: string) => string
}

const ANSWER_BYTES = 400
const NOTES = 4

export function createTarget(era: Era, toolCount: number): Target {
  const modernList = result({ tools: toolsOf(toolCount), ttlMs: 60_000, cacheScope: 'public' })
  const oldList = JSON.stringify({ tools: toolsOf(toolCount) })
  return {
    answer(method, head, body) {
      const id = /"id": ?("[^"]*"|\d+)/.exec(body)?.[1]
      if (id === undefined) return 'HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n'
      const isModern = era === 'modern' || (era === 'both' && MODERN_HEADER.test(head))
      switch (method) {
        case 'tools/call':
          return call(id, body, isModern)
        case 'tools/list':
          return json(message(id, isModern ? modernList : oldList))
        case 'server/discover':
          return isModern ? json(message(id, DISCOVERED)) : unknown(id)
        case 'subscriptions/listen':
          return isModern ? listening(id) : unknown(id)
        case 'ping':
          return json(message(id, '{}'))
        case 'initialize':
          return era === 'modern' ? unknown(id) : initialized(id, body)
        default:
          return unknown(id)
      }
    },
  }
}

const MODERN_HEADER = /\r\nmcp-protocol-version: *2026-07-28/i
const result = (members: object): string => JSON.stringify({ resultType: 'complete', ...members })
const DISCOVERED = result({
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: { listChanged: true } },
  ttlMs: 60_000,
  cacheScope: 'public',
})

function toolsOf(count: number): readonly object[] {
  const tool = {
    name: 'lookup',
    description: 'Looks something up.',
    inputSchema: {
      type: 'object',
      properties: {
        marker: { type: 'string' },
        filler: { type: 'string' },
        limit: { type: 'integer' },
        answerBytes: { type: 'integer' },
        form: { type: 'string' },
      },
      required: ['marker'],
    },
  }
  // `forbidden` is there for the peers: a tool that exists and that no rule permits.
  const others = Array.from({ length: count - 1 }, (_, at) => ({
    ...tool,
    name: `lookup_${at + 1}`,
  }))
  return [tool, ...others, ...(count === 1 ? [{ ...tool, name: 'forbidden' }] : [])]
}

function call(id: string, body: string, isModern: boolean): string {
  const marker = /"marker": ?"([^"]*)"/.exec(body)?.[1] ?? ''
  const bytes = Number(/"answerBytes": ?(\d+)/.exec(body)?.[1] ?? ANSWER_BYTES)
  const start = `{"jsonrpc":"2.0","id":${id},"result":{${isModern ? '"resultType":"complete",' : ''}"content":[{"type":"text","text":"got ${marker} `
  const end = '"}]}}'
  const text = `${start}${'.'.repeat(Math.max(0, bytes - start.length - end.length))}${end}`
  return /"form": ?"stream"/.test(body) ? streamed(text, body) : json(text)
}

function streamed(text: string, body: string): string {
  const token = /"progressToken": ?("[^"]*"|\d+)/.exec(body)?.[1]
  const notes = Array.from({ length: token === undefined ? 0 : NOTES }, (_, at) =>
    event(
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"progress":${at + 1},"total":${NOTES}}}`,
    ),
  )
  return stream([...notes, event(text)].map(chunk).join('')) + '0\r\n\r\n'
}

/** Acknowledged, and then nothing: the stream stays open. */
function listening(id: string): string {
  const meta = `{"io.modelcontextprotocol/subscriptionId":${id}}`
  const told = `{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":{"toolsListChanged":true},"_meta":${meta}}}`
  return stream(chunk(event(told)))
}

function initialized(id: string, body: string): string {
  const asked = /"protocolVersion": ?"([^"]*)"/.exec(body)?.[1] ?? '2025-11-25'
  const text = message(
    id,
    JSON.stringify({
      // A client that asks for what is newer gets what this server has.
      protocolVersion: asked < '2026' ? asked : '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'bench-target', version: '1' },
    }),
  )
  return json(text, `mcp-session-id: ${randomUUID()}\r\n`)
}

const message = (id: string, body: string): string =>
  `{"jsonrpc":"2.0","id":${id},"result":${body}}`

const unknown = (id: string): string =>
  json(`{"jsonrpc":"2.0","id":${id},"error":{"code":-32601,"message":"method not found"}}`)

const json = (body: string, more = ''): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${more}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

const stream = (chunks: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-store\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`

const event = (data: string): string => `event: message\ndata: ${data}\n\n`
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
