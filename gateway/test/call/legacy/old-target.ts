// A target of the old era on a real socket: it opens sessions, and answers calls as a test tells it.
import type { ServerResponse } from 'node:http'
import type { JsonObject, JsonValue } from '../../../src/json/value.ts'
import { startTarget, type Received, type ScriptedTarget } from '../scripted-target.ts'

export type Message = {
  readonly id?: string
  readonly method?: string
  readonly params?: JsonObject
  readonly result?: JsonObject
  readonly error?: JsonObject
}

/** One call at the target. */
export type Turn = {
  readonly id: string
  readonly params: JsonObject
  /** Sends one message on the stream of this call, which begins with the first. */
  readonly send: (message: Message) => void
  readonly notify: (method: string, params: JsonObject) => void
  /** Ends the stream, or answers with JSON where none began. */
  readonly result: (result: JsonObject) => void
  readonly error: (code: number, data?: JsonValue) => void
  /** What the client's side posted under this id. */
  readonly answerTo: (id: string) => Promise<Message>
  readonly response: ServerResponse
}

export type OldTarget = ScriptedTarget & {
  /** Every message that was posted, in order. */
  readonly messages: Message[]
  readonly sessions: Set<string>
  /** What `initialize` answers. */
  opening: JsonObject
  call: (turn: Turn) => void
  /** Methods beside initialize and calls. */
  readonly methods: Record<string, (params: JsonObject) => JsonObject>
  /** GET streams that are open. */
  readonly streams: ServerResponse[]
  readonly sent: (method: string) => readonly Message[]
}

export async function startOldTarget(call: OldTarget['call'] = done): Promise<OldTarget> {
  const sessions = new Set<string>()
  const messages: Message[] = []
  const streams: ServerResponse[] = []
  const waiting = new Map<string, (message: Message) => void>()
  let opened = 0
  const base = await startTarget((req, res) => {
    if (req.method === 'DELETE') {
      sessions.delete(sessionOf(req))
      return void res.writeHead(204).end()
    }
    if (req.method === 'GET') {
      if (!sessions.has(sessionOf(req))) return void res.writeHead(404).end()
      streams.push(res)
      res.on('close', () => streams.splice(streams.indexOf(res), 1))
      res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      return
    }
    const message = JSON.parse(req.body) as Message
    messages.push(message)
    const { id, method = '', params = {} } = message
    const json = (body: object) =>
      res
        .writeHead(200, { 'content-type': 'application/json', ...named })
        .end(JSON.stringify({ jsonrpc: '2.0', id, ...body }))
    const named: Record<string, string> = {}
    if (method === 'initialize') {
      named['mcp-session-id'] = `s${(opened += 1)}`
      sessions.add(named['mcp-session-id'])
      return void json({ result: target.opening })
    }
    if (sessionOf(req) === '') {
      const error = { code: -32000, message: 'Bad Request: Server not initialized' }
      res.writeHead(400, { 'content-type': 'application/json' })
      return void res.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
    }
    if (!sessions.has(sessionOf(req))) return void res.writeHead(404).end()
    if (message.method === undefined || id === undefined) {
      waiting.get(String(id))?.(message)
      return void res.writeHead(202).end()
    }
    const answer = target.methods[method]
    if (answer !== undefined) return void json({ result: answer(params) })
    target.call(turnOf(id, params, res, waiting))
  })
  const target: OldTarget = Object.assign(base, {
    messages,
    sessions,
    streams,
    call,
    opening: {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {}, logging: {} },
      serverInfo: { name: 'old', version: '1' },
    },
    methods: {
      'logging/setLevel': () => ({}),
      'tools/list': () => ({ tools: [{ name: 'get_prices' }] }),
    },
    sent: (method: string) => messages.filter((message) => message.method === method),
  })
  return target
}

const done = (turn: Turn): void => turn.result({ content: [] })

function sessionOf({ headers }: Received): string {
  return String(headers['mcp-session-id'] ?? '')
}

function turnOf(
  id: string,
  params: JsonObject,
  response: ServerResponse,
  waiting: Map<string, (message: Message) => void>,
): Turn {
  const send = (message: Message): void => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)
  }
  const end = (message: Message): void => {
    if (response.headersSent) {
      send(message)
      return void response.end()
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', ...message }))
  }
  return {
    id,
    params,
    response,
    send,
    notify: (method, sent) => send({ method, params: sent }),
    result: (result) => end({ id, result }),
    error: (code, data) =>
      end({ id, error: { code, message: 'no', ...(data === undefined ? {} : { data }) } }),
    answerTo: (asked) =>
      new Promise((resolve) => {
        waiting.set(asked, resolve)
      }),
  }
}
