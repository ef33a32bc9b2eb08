// A target that speaks only HTTP with SSE (MCP 2024-11-05) on a real socket: a GET opens a session, what is posted to the
// endpoint of it is answered on its stream as a test tells it.
import type { ServerResponse } from 'node:http'
import { startTarget, type Received, type ScriptedTarget } from '../scripted-target.ts'
import type { JsonObject } from '../../../src/json/value.ts'
import type { Message } from './old-target.ts'

/** One message that was posted, and the stream of its session. */
export type Posted = {
  readonly message: Message
  readonly id: string
  /** On the stream, as an event `message`. */
  readonly send: (message: Message) => void
  readonly result: (result: JsonObject) => void
  /** Bytes on the stream. */
  readonly write: (text: string) => void
  /** The stream ends. */
  readonly cut: () => void
  /** Answers the POST. Done by the target where a test does not. */
  readonly accept: (status: number, body?: string) => void
}

export type OldestTarget = ScriptedTarget & {
  /** Every message that was posted, in order. */
  readonly messages: Message[]
  readonly sent: (method: string) => readonly Message[]
  /** Streams that are open. */
  readonly streams: ServerResponse[]
  /** What a stream begins with. */
  greeting: (session: string) => string
  /** What `initialize` answers. */
  opening: JsonObject
  call: (posted: Posted) => void
  /** Methods beside initialize and calls. */
  readonly methods: Record<string, (params: JsonObject) => JsonObject>
  /** How a POST to the URL itself is answered. */
  refusal: number
}

export async function startOldestTarget(call: OldestTarget['call'] = done): Promise<OldestTarget> {
  const messages: Message[] = []
  const streams: ServerResponse[] = []
  const sessions = new Map<string, ServerResponse>()
  let opened = 0

  function open(response: ServerResponse): void {
    const session = `s${(opened += 1)}`
    sessions.set(session, response)
    streams.push(response)
    response.on('close', () => {
      sessions.delete(session)
      streams.splice(streams.indexOf(response), 1)
    })
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    response.write(target.greeting(session))
  }

  function take(request: Received, response: ServerResponse): void {
    const stream = sessions.get(new URL(request.url, 'http://x').searchParams.get('s') ?? '')
    if (stream === undefined) return void response.writeHead(404).end('no such session')
    const message = JSON.parse(request.body) as Message
    messages.push(message)
    const { id = '', method = '', params = {} } = message
    const posted = postedOf(message, id, stream, response)
    const answer = method === 'initialize' ? () => target.opening : target.methods[method]
    if (message.id === undefined || message.method === undefined) return posted.accept(202)
    if (answer !== undefined) posted.result(answer(params))
    else target.call(posted)
    if (!response.writableEnded) posted.accept(202)
  }

  const base = await startTarget((request, response) => {
    if (request.url.startsWith('/messages')) return take(request, response)
    if (request.method === 'GET') return open(response)
    response.writeHead(target.refusal, { 'content-type': 'text/plain' }).end('Cannot POST')
  })
  const target: OldestTarget = Object.assign(base, {
    messages,
    streams,
    call,
    refusal: 404,
    greeting: (session: string) => `event: endpoint\ndata: /messages?s=${session}\n\n`,
    opening: {
      protocolVersion: '2024-11-05',
      capabilities: { tools: { listChanged: true }, logging: {} },
      serverInfo: { name: 'oldest', version: '1' },
    },
    methods: {
      'logging/setLevel': () => ({}),
      ping: () => ({}),
      'tools/list': () => ({ tools: [{ name: 'get_prices' }] }),
    },
    sent: (method: string) => messages.filter((message) => message.method === method),
  })
  return target
}

const done = (posted: Posted): void => posted.result({ content: [] })

function postedOf(
  message: Message,
  id: string,
  stream: ServerResponse,
  response: ServerResponse,
): Posted {
  const write = (text: string): void => void stream.write(text)
  const send = (said: Message): void =>
    write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...said })}\n\n`)
  return {
    message,
    id,
    write,
    send,
    result: (result) => send({ id, result }),
    cut: () => void stream.end(),
    accept: (status, body = 'Accepted') => void response.writeHead(status).end(body),
  }
}
