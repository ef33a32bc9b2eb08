// The target and the issuer of a benchmark, in one process: a bare HTTP/1.1 server on raw sockets, so that the second
// core has time left for the load. It speaks MCP 2026-07-28, 2025-11-25 with sessions, or both, and counts what it is
// asked and over how many connections. The text of a call's answer is `got` and the caller's marker.
import { createPublicKey } from 'node:crypto'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createTarget, type Era, type Target } from './upstream/target.ts'

export type UpstreamCounts = {
  readonly connections: number
  readonly requests: Readonly<Record<string, number>>
}

const { BENCH_PUBLIC_KEY = '', BENCH_TOOLS = '1', BENCH_ERA = 'modern' } = process.env
const jwks = {
  keys: [
    {
      ...createPublicKey(BENCH_PUBLIC_KEY).export({ format: 'jwk' }),
      kid: 'bench',
      alg: 'RS256',
      use: 'sig',
    },
  ],
}
const target: Target = createTarget(BENCH_ERA as Era, Number(BENCH_TOOLS))
let origin = ''
let connections = 0
let requests: Record<string, number> = {}

const server = createServer((socket) => serve(socket))
server.listen(0, '127.0.0.1', () => {
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  process.send?.({ origin })
})
process.on('disconnect', () => process.exit(0))
// Any message asks for what was counted since the last one.
process.on('message', () => {
  process.send?.({ connections, requests } satisfies UpstreamCounts)
  connections = 0
  requests = {}
})

function serve(socket: Socket): void {
  connections++
  socket.setNoDelay(true)
  let held = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    held += chunk.toString('latin1')
    let out = ''
    for (;;) {
      const headEnd = held.indexOf('\r\n\r\n')
      if (headEnd < 0) break
      const head = held.slice(0, headEnd)
      const bodyEnd = endOfBody(head, held, headEnd + 4)
      if (bodyEnd === undefined) break
      out += answer(head, held.slice(headEnd + 4, bodyEnd))
      held = held.slice(bodyEnd)
    }
    if (out !== '') socket.write(out, 'latin1')
  })
}

/** Of a chunked body nothing is read but what stands whole in one chunk; every peer sends short ones so. */
function endOfBody(head: string, held: string, from: number): number | undefined {
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const last = held.indexOf('\r\n0\r\n\r\n', from)
    return last < 0 ? undefined : last + 7
  }
  const end = from + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
  return held.length < end ? undefined : end
}

function answer(head: string, body: string): string {
  const [method, path] = head.split(' ', 2)
  if (method === 'POST') {
    const asked = /"method": ?"([^"]*)"/.exec(body)?.[1] ?? 'none'
    requests[asked] = (requests[asked] ?? 0) + 1
    return target.answer(asked, head, body)
  }
  if (path === '/mcp')
    return 'HTTP/1.1 405 Method Not Allowed\r\nallow: POST\r\ncontent-length: 0\r\n\r\n'
  const { keys } = jwks
  const discovery = {
    issuer: origin,
    jwks_uri: `${origin}/jwks`,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
  }
  const text = JSON.stringify(path === '/jwks' ? { keys } : discovery)
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`
}
