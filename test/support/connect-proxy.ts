// A forward proxy for tests: CONNECT alone, with a credential if it wants one, and what it was asked for written down.
// Names that it knows lead to this host. And TLS in front of something that has none.
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

export type ConnectProxy = {
  readonly url: string
  /** Authority and credential of each CONNECT that came. */
  readonly asked: readonly { readonly authority: string; readonly shown: string | undefined }[]
  /** What it answers instead of opening a tunnel. */
  readonly refuseWith: (status: number | undefined) => void
  readonly stop: () => Promise<void>
}

/** `names`: which ports of this host are behind which authorities. */
export async function startConnectProxy(
  names: Readonly<Record<string, number>>,
  credential?: string,
): Promise<ConnectProxy> {
  const asked: { authority: string; shown: string | undefined }[] = []
  const expected =
    credential === undefined ? undefined : `Basic ${Buffer.from(credential).toString('base64')}`
  let refusal: number | undefined
  const sockets = new Set<Socket>()
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.on('connection', (socket) => sockets.add(socket))
  server.on('connect', (request, socket: Socket) => {
    const authority = request.url ?? ''
    const shown = request.headers['proxy-authorization']
    asked.push({ authority, shown })
    socket.on('error', () => socket.destroy())
    const port = names[authority]
    const status = refusal ?? (shown === expected ? (port === undefined ? 502 : undefined) : 407)
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const onward = connect(port ?? 0, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    sockets.add(onward)
    onward.on('error', () => socket.destroy())
  })
  await listening(server)
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    asked,
    refuseWith: (status) => {
      refusal = status
    },
    stop: () => stopped(server, sockets),
  }
}

export type TlsFront = { readonly port: number; readonly stop: () => Promise<void> }

/** Speaks TLS with this certificate, and passes on what is inside. */
export async function startTlsFront(
  { certificate, key }: { readonly certificate: string; readonly key: string },
  onwardPort: number,
): Promise<TlsFront> {
  const sockets = new Set<Socket>()
  const server = createTlsServer({ cert: certificate, key }, (secure) => {
    const onward = connect(onwardPort, '127.0.0.1')
    sockets.add(secure).add(onward)
    secure.on('error', () => onward.destroy())
    onward.on('error', () => secure.destroy())
    secure.pipe(onward).pipe(secure)
  })
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.on('tlsClientError', () => undefined)
  await listening(server)
  return { port: portOf(server), stop: () => stopped(server, sockets) }
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function stopped(server: Server, sockets: Iterable<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy()
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
