// One answer on a real wire: a server on loopback that calls the writer, and what came back, headers raw.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'

export type Wire = {
  readonly status: number
  /** Lower-case name to value; a second header of the same name throws. */
  readonly headers: ReadonlyMap<string, string>
  readonly rawHead: string
  readonly body: string
  readonly json: Record<string, unknown>
}

export async function overTheWire(
  write: (res: ServerResponse, req: IncomingMessage) => void | Promise<unknown>,
  request = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
): Promise<Wire> {
  const server = createServer((req, res) => {
    void Promise.resolve(write(res, req))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    return parse(await exchange(port, request))
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

function exchange(port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    let raw = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (raw += chunk))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(raw))
  })
}

export function parse(raw: string): Wire {
  const end = raw.indexOf('\r\n\r\n')
  const rawHead = raw.slice(0, end)
  const [line = '', ...lines] = rawHead.split('\r\n')
  const headers = new Map<string, string>()
  for (const field of lines) {
    const colon = field.indexOf(':')
    const name = field.slice(0, colon).toLowerCase()
    if (headers.has(name)) throw new Error(`two headers ${name}`)
    headers.set(name, field.slice(colon + 1).trim())
  }
  const body = raw.slice(end + 4)
  return {
    status: Number(line.split(' ')[1]),
    headers,
    rawHead,
    body,
    get json() {
      return JSON.parse(Buffer.from(body, 'latin1').toString()) as Record<string, unknown>
    },
  }
}

export const CONTEXT = { requestId: 'req-1', origin: undefined }
