// A protected MCP server of 2026-07-28 for the tests of the command: small, strict about what the command must
// send, and able to answer badly. It keeps every request that it took.
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

type Seen = {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type ToyServer = {
  readonly url: string
  readonly resource: string
  readonly seen: Seen[]
  readonly close: () => Promise<void>
}

export type ToyOptions = {
  /** Whether a token is good; absent: nobody needs one. */
  readonly accepts?: (token: string) => boolean | Promise<boolean>
  /** Issuers named in the resource metadata. */
  readonly issuers?: () => readonly string[]
}

type Message = {
  readonly id: number
  readonly method: string
  readonly params: {
    readonly name?: string
    readonly cursor?: string
    readonly arguments?: Record<string, unknown>
  }
}

export async function startToyServer(options: ToyOptions = {}): Promise<ToyServer> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    void answer(request, response, server, options, seen)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `${originOf(server)}/mcp`
  return {
    url,
    resource: url,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  server: Server,
  options: ToyOptions,
  seen: Seen[],
): Promise<void> {
  const origin = originOf(server)
  const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`
  if (request.url === new URL(metadata).pathname && options.issuers !== undefined) {
    const document = { resource: `${origin}/mcp`, authorization_servers: options.issuers() }
    send(response, 200, document)
    return
  }
  if (request.url !== '/mcp') {
    send(response, 404, { error: 'not_found', error_description: 'nothing\u001b[31m here' })
    return
  }
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (options.accepts !== undefined && (token === undefined || !(await options.accepts(token)))) {
    const error =
      token === undefined ? '' : 'error="invalid_token", error_description="no longer good", '
    const challenge = `Bearer ${error}resource_metadata="${metadata}", scope="mcp"`
    response.setHeader('www-authenticate', challenge)
    send(response, 401, { error: 'unauthorized' })
    return
  }
  const body = await text(request)
  seen.push({ headers: request.headers, body })
  const message = JSON.parse(body) as Message
  if (message.params.name === 'more') {
    const challenge = `Bearer error="insufficient_scope", scope="a '$(id)'"`
    response.setHeader('www-authenticate', challenge)
    send(response, 403, {
      jsonrpc: '2.0',
      id: message.id,
      error: { code: -32000, message: 'more' },
    })
  } else if (message.method === 'tools/call') call(message, response)
  else send(response, 200, rpc(message.id, listed(message)))
}

function listed(message: Message): object {
  if (message.method === 'server/discover') {
    return {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {} },
      ttlMs: 0,
      cacheScope: 'private',
      _meta: {
        'io.modelcontextprotocol/serverInfo': { name: 'Toy\u001b]0;owned\u0007', version: '1' },
      },
    }
  }
  const page = message.params.cursor === undefined ? TOOLS.slice(0, 2) : TOOLS.slice(2)
  const next = message.params.cursor === undefined ? { nextCursor: 'rest' } : {}
  return { resultType: 'complete', tools: page, ttlMs: 0, cacheScope: 'private', ...next }
}

const TOOLS = [
  {
    name: 'echo',
    description: 'Gives back\u001b[2J what it got',
    annotations: { readOnlyHint: true },
    inputSchema: {
      type: 'object',
      properties: {
        text: { type: 'string', 'x-mcp-header': 'Text' },
        amount: { type: 'number' },
        on: { type: 'boolean' },
      },
    },
  },
  { name: 'slow', inputSchema: { type: 'object' } },
  { name: 'fails', inputSchema: { type: 'object' } },
  { name: 'denied', inputSchema: { type: 'object' } },
  { name: 'hostile', inputSchema: { type: 'object' } },
]

function call(message: Message, response: ServerResponse): void {
  const { name } = message.params
  if (name === 'slow') {
    slow(message, response)
    return
  }
  // Never answered: the other side has to give up.
  if (name === 'hangs') return
  if (name === 'breaks') {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': here it ends\n\n')
    setImmediate(() => response.socket?.resetAndDestroy())
    return
  }
  const result = RESULTS[name ?? '']
  if (result !== undefined) {
    send(response, 200, rpc(message.id, { resultType: 'complete', ...result }))
    return
  }
  if (name !== 'echo') {
    const data = { code: 'authorize.no_such_tool', request_id: 'r-1', fix: 'list the tools' }
    const error = { code: -32602, message: 'there is no such tool', data }
    send(response, 200, { jsonrpc: '2.0', id: message.id, error })
    return
  }
  // As text, so that no number is changed on the way through this server.
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(
      `{"jsonrpc":"2.0","id":${message.id},"result":{"resultType":"complete","content":[],"structuredContent":{"big":9007199254740993,"price":1.10,"tiny":1e-400,"got":${JSON.stringify(message.params.arguments)}}}}`,
    )
}

const RESULTS: Readonly<Record<string, object>> = {
  fails: { isError: true, content: [{ type: 'text', text: 'the database is away' }] },
  denied: {
    isError: true,
    content: [{ type: 'text', text: 'the policy denies this call' }],
    _meta: { 'sallyport/refusal': { code: 'authorize.denied', request_id: 'r-2' } },
  },
  hostile: {
    content: [
      { type: 'text', text: 'a\u001b[2Jb\u001b]8;;http://evil\u0007c\u009b31md\u202ee\rf' },
      { type: 'image', data: '', mimeType: 'image/png' },
    ],
  },
}

function slow(message: Message, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const progress of [1, 2]) {
    const params = { progressToken: 1, progress, total: 2, message: `step ${progress}\u001b[1m` }
    const notification = { jsonrpc: '2.0', method: 'notifications/progress', params }
    response.write(`: comment\r\nevent: message\r\ndata: ${JSON.stringify(notification)}\r\n\r\n`)
  }
  const result = { resultType: 'complete', content: [{ type: 'text', text: 'done' }] }
  response.end(`data: ${JSON.stringify(rpc(message.id, result))}\n\n`)
}

function rpc(id: number, result: object): object {
  return { jsonrpc: '2.0', id, result }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
