// The wire of an answer: JSON in one piece, or server-sent events one after the other.
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Behaviour } from './behaviour.ts'

/** What an answering function works with. */
export type Answering = {
  readonly response: ServerResponse
  /** Numbers exact, see exact-json.ts. */
  readonly id: unknown
  readonly params: Readonly<Record<string, unknown>>
  readonly behaviour: Behaviour
}

export type AnswerFunction = (answering: Answering) => void | Promise<void>

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(body))
}

export function sendText(
  response: ServerResponse,
  status: number,
  contentType: string,
  text: string,
  headers: Readonly<Record<string, string | string[]>> = {},
): void {
  const bytes = Buffer.from(text)
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': bytes.length,
    ...headers,
  })
  response.end(bytes)
}

export function resultOf(id: unknown, result: object): object {
  return { jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } }
}

export function textResult(text: string): object {
  return { content: [{ type: 'text', text }] }
}

export function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.flushHeaders()
}

/** One event with a JSON-RPC message in it; waits as the behaviour says. False: the client is gone. */
export async function sendEvent(
  { response, behaviour }: Answering,
  message: unknown,
): Promise<boolean> {
  if (behaviour.betweenEventsMs > 0) await sleep(behaviour.betweenEventsMs)
  if (response.destroyed) return false
  response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`)
  return true
}
