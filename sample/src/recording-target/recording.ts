// What the recording target keeps: every byte of every connection as it arrived, before anything parses it, and
// each parsed request beside it.
import type { Server, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

export type Exchange = {
  /** Index of the connection that it came on. */
  readonly connection: number
  readonly receivedAtMs: number
  readonly method: string
  readonly path: string
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[]
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
  /** JSON-RPC method of the body, if it has one. */
  readonly rpcMethod: string | undefined
  /** `params.name` of a tools/call. */
  readonly tool: string | undefined
}

export type Recording = {
  readonly exchanges: readonly Exchange[]
  /** Raw bytes, one buffer per connection. */
  readonly connections: () => readonly Buffer[]
  /** All raw bytes, connection after connection. */
  readonly bytes: () => Buffer
  readonly calls: (tool?: string) => readonly Exchange[]
  /** Requests whose client went away before the answer was complete. */
  readonly broken: () => number
  readonly clear: () => void
}

export function recordConnections(server: Server) {
  const chunks: Buffer[][] = []
  const exchanges: Exchange[] = []
  const indexes = new WeakMap<Socket, number>()
  let broken = 0
  server.on('connection', (socket: Socket) => {
    const mine: Buffer[] = []
    indexes.set(socket, chunks.push(mine) - 1)
    // node:http reads straight from the handle until somebody listens by `on`; then the bytes pass through here,
    // and the prepended listener has them before the parser.
    socket.on('data', ignore)
    socket.prependListener('data', (chunk: Buffer) => mine.push(Buffer.from(chunk)))
  })
  server.on('request', (_request, response) => {
    response.once('close', () => {
      if (!response.writableFinished) broken += 1
    })
  })
  const recording: Recording = {
    exchanges,
    broken: () => broken,
    connections: () => chunks.map((mine) => Buffer.concat(mine)),
    bytes: () => Buffer.concat(chunks.flat()),
    calls: (tool) =>
      exchanges.filter(
        (exchange) =>
          exchange.rpcMethod === 'tools/call' && (tool === undefined || exchange.tool === tool),
      ),
    clear: () => {
      broken = 0
      exchanges.length = 0
      for (const mine of chunks) mine.length = 0
    },
  }
  const add = (request: IncomingMessage, body: Buffer): Exchange => {
    const exchange = describe(request, body, indexes.get(request.socket) ?? -1)
    exchanges.push(exchange)
    return exchange
  }
  return { recording, add }
}

function describe(request: IncomingMessage, body: Buffer, connection: number): Exchange {
  const headers = new Map<string, string>()
  for (const [name, values = []] of Object.entries(request.headersDistinct)) {
    headers.set(name, values.join(', '))
  }
  const message = readMessage(body)
  return {
    connection,
    receivedAtMs: Date.now(),
    method: request.method ?? '',
    path: request.url ?? '',
    rawHeaders: [...request.rawHeaders],
    headers,
    body,
    rpcMethod: typeof message?.method === 'string' ? message.method : undefined,
    tool: typeof message?.params?.name === 'string' ? message.params.name : undefined,
  }
}

function readMessage(body: Buffer) {
  try {
    return JSON.parse(body.toString('utf8')) as
      { readonly method?: unknown; readonly params?: { readonly name?: unknown } } | undefined
  } catch {
    return undefined
  }
}

function ignore() {}
