// The target and the issuer of a benchmark, in one process: a bare HTTP/1.1 server on raw sockets, so that the
// second core has time left for the load. It answers discovery, tools/list and tools/call of MCP 2026-07-28 and the
// issuer's two documents. Each call's answer carries the caller's marker and is 400 bytes of body.
import { createPublicKey } from 'node:crypto'
import { createServer, type AddressInfo, type Socket } from 'node:net'

const ANSWER_BYTES = 400
const publicKey = createPublicKey(process.env['BENCH_PUBLIC_KEY'] ?? '')
const jwks = {
  keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'RS256', use: 'sig' }],
}
let origin = ''

const tool = {
  name: 'lookup',
  description: 'Looks something up.',
  inputSchema: {
    type: 'object',
    properties: {
      marker: { type: 'string' },
      filler: { type: 'string' },
      limit: { type: 'integer' },
    },
    required: ['marker'],
  },
}

/** As many as are asked for, with `lookup` among them. */
const tools = Array.from({ length: Number(process.env['BENCH_TOOLS'] ?? 1) }, (_, at) =>
  at === 0 ? tool : { ...tool, name: `lookup_${at}` },
)

const server = createServer((socket) => serve(socket))
server.listen(0, '127.0.0.1', () => {
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  process.send?.({ origin })
})
process.on('disconnect', () => process.exit(0))

function serve(socket: Socket): void {
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
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      if (held.length < headEnd + 4 + length) break
      out += answer(head, held.slice(headEnd + 4, headEnd + 4 + length))
      held = held.slice(headEnd + 4 + length)
    }
    if (out !== '') socket.write(out, 'latin1')
  })
}

function answer(head: string, body: string): string {
  if (head.startsWith('GET /jwks')) return json(JSON.stringify(jwks))
  if (head.startsWith('GET /')) {
    return json(
      JSON.stringify({
        issuer: origin,
        jwks_uri: `${origin}/jwks`,
        code_challenge_methods_supported: ['S256'],
      }),
    )
  }
  const id = /"id":("[^"]*"|\d+)/.exec(body)?.[1] ?? 'null'
  const method = /"method":"([^"]*)"/.exec(body)?.[1]
  if (method === 'tools/call') {
    const marker = /"marker":"([^"]*)"/.exec(body)?.[1] ?? ''
    const text = `{"jsonrpc":"2.0","id":${id},"result":{"resultType":"complete","content":[{"type":"text","text":"${marker} "}]}}`
    return json(
      text.replace(' "}]', `${' '.repeat(Math.max(1, ANSWER_BYTES - text.length + 1))}"}]`),
    )
  }
  const result =
    method === 'tools/list'
      ? { tools }
      : { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }
  return json(
    `{"jsonrpc":"2.0","id":${id},"result":${JSON.stringify({ resultType: 'complete', ...result, ttlMs: 60000, cacheScope: 'public' })}}`,
  )
}

function json(body: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
