// The listener of the data plane: node:http alone, HTTP/1.1 alone (no HTTP/2 in process, H-08), with limits on time,
// size and number before anything is read (D-01, D-02). What Node's parser refuses gets a plain answer here.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { RefusalCode } from '../answers.ts'

const HEADER_BYTES = 16 * 1024
/** Longer than the idle time of a balancer in front (60 s), or it would meet closed connections. */
const KEEP_ALIVE_MS = 65_000
const CHECK_MS = 1000
/** Requests of one connection without an answer: the caps on connections would else cap nothing. */
const MOST_AHEAD = 100

export type TlsMaterial = { readonly cert: string; readonly key: string }

export type ServerSettings = {
  readonly tls: TlsMaterial | undefined
  readonly connections: number
  readonly connectionsPerAddress: number
  /** For the header section, and for a TLS handshake. */
  readonly headersMs: number
  /** For the whole request. */
  readonly requestMs: number
  /** Without a byte read of an answer that is complete. */
  readonly unreadMs: number
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void
  /** Bytes of an answer where there is no request to answer: the parser refused it. */
  readonly rawAnswer: (code: RefusalCode) => string
}

export type InboundServer = {
  readonly server: Server | TlsServer
  /** Takes a new certificate into use for new connections (F-24). */
  readonly renewTls: (tls: TlsMaterial) => void
  /** Requests that have no complete answer yet. */
  readonly underWay: () => number
  /** Every answer from now on ends its connection: clients go on elsewhere, and no request meets a closing one. */
  readonly lastAnswers: () => void
  /** No new connections; those that are open live on. */
  readonly stopListening: () => void
  /** No new connections; those that are open live until their answer. */
  readonly stopAccepting: () => void
  /** Ends every connection. */
  readonly close: () => void
}

export function createInboundServer(settings: ServerSettings): InboundServer {
  const options = {
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: Math.min(settings.headersMs, settings.requestMs),
    requestTimeout: settings.requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_MS,
    insecureHTTPParser: false,
    // A missing Host is refused by checkHead, with an answer like any other.
    requireHostHeader: false,
    noDelay: true,
  }
  const tlsOptions = {
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    // Node waits two minutes for a handshake, and counts the time for headers only from its end (D-01).
    handshakeTimeout: settings.headersMs,
  } as const
  const open = new Map<Duplex, Set<ServerResponse>>()
  const over = new WeakSet<Duplex>()
  let underWay = 0
  let last = false
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request
    // INVARIANT: what follows on such a connection is not taken for a request, whatever it looks like.
    if (over.has(socket)) return
    if ((open.get(socket)?.size ?? 0) >= MOST_AHEAD) {
      over.add(socket)
      return void socket.destroy()
    }
    if (endsConnection(request)) {
      over.add(socket)
      response.shouldKeepAlive = false
    }
    if (last) response.shouldKeepAlive = false
    // D-01: whoever asks and then does not read keeps the answer in memory. Node takes every byte read for progress.
    response.once('prefinish', () => {
      if (socket.writableLength > 0) socket.setTimeout(settings.unreadMs)
    })
    underWay += 1
    const answers = open.get(socket) ?? new Set()
    open.set(socket, answers.add(response))
    response.once('close', () => {
      underWay -= 1
      answers.delete(response)
      if (answers.size === 0) open.delete(socket)
    })
    settings.onRequest(request, response)
  }
  const server = settings.tls
    ? createTlsServer({ ...options, ...tlsOptions, ...settings.tls }, onRequest)
    : createServer(options, onRequest)
  server.maxConnections = settings.connections
  server.on('connection', capPerAddress(settings.connectionsPerAddress))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // Nothing is written into the middle of another answer (H-06).
    const begun = [...(open.get(socket) ?? [])].some((response) => response.headersSent)
    if (begun) socket.destroy()
    else endRaw(socket, settings.rawAnswer(codeOf(error)))
  })
  // A process that slept looks at its timers before it reads: what was sent meanwhile counts (F-26).
  server.on('timeout', (socket: Socket) => {
    const { bytesRead } = socket
    setImmediate(() => {
      if (socket.bytesRead === bytesRead) socket.destroy()
    })
  })
  // MAY (RFC 9110 §10.1.1): an expectation that is unknown is ignored, or Node would answer by itself.
  server.on('checkExpectation', onRequest)
  // CONNECT has no request handler in Node: without this the socket would just close (H-13).
  server.on('connect', (_request, socket) =>
    endRaw(socket, settings.rawAnswer('in.method_not_allowed')),
  )
  return {
    server,
    renewTls(tls) {
      if ('setSecureContext' in server) server.setSecureContext({ ...tlsOptions, ...tls })
    },
    underWay: () => underWay,
    lastAnswers() {
      last = true
    },
    stopListening() {
      // `close` of the HTTP server ends idle connections as well, and a request may be on its way on one of them.
      NetServer.prototype.close.call(server)
    },
    stopAccepting() {
      server.close()
      server.closeIdleConnections()
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/**
 * Requests behind which framing is in doubt. MUST (RFC 9112 §6.1): HTTP/1.0 has no transfer coding. And Node
 * drops the rest of the packet behind an Upgrade that nobody takes, then reads on in the middle of something.
 */
function endsConnection({ headers, httpVersion }: IncomingMessage): boolean {
  return (
    headers.upgrade !== undefined ||
    (httpVersion !== '1.1' && headers['transfer-encoding'] !== undefined)
  )
}

function endRaw(socket: Duplex, answer: string): void {
  if (!socket.writable) return void socket.destroy()
  socket.on('error', () => socket.destroy())
  socket.end(answer)
}

function codeOf(error: NodeJS.ErrnoException): RefusalCode {
  if (error.code === 'HPE_HEADER_OVERFLOW') return 'in.header_too_large'
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'in.timeout'
  return 'in.malformed_request'
}

/** Counts open sockets by peer address and closes what comes above the cap, before a byte is read. */
function capPerAddress(cap: number): (socket: Socket) => void {
  const open = new Map<string, number>()
  return (socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (open.get(address) ?? 0) + 1
    if (count > cap) return void socket.destroy()
    open.set(address, count)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left === 0) open.delete(address)
      else open.set(address, left)
    })
  }
}
