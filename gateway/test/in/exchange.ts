// A server of the stage `in` alone on loopback: what checkHead and readInbound make of raw bytes. There is no
// token check between them here.
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'

import { checkHead } from '../../src/in/check-head.ts'
import { createHeadSettings, type HeadSettings } from '../../src/in/head-settings.ts'
import type { Head, Inbound, PublicRequest } from '../../src/in/inbound.ts'
import type { OldEra } from '../../src/in/old-era.ts'
import { readInbound } from '../../src/in/read-inbound.ts'
import type { Refusal } from '../../src/refusal.ts'
import { createRoutes } from '../../src/routes.ts'

type Seen = {
  head?: Head | PublicRequest | Refusal
  inbound?: Inbound | OldEra | Refusal | 'dropped'
}
export type Exchange = {
  /** Sends the bytes and resolves once the first exchange is judged, or the connection is closed. */
  readonly send: (bytes: string | Buffer) => Promise<Seen & { readonly raw: string }>
  readonly host: string
  readonly close: () => Promise<void>
}

const PUBLIC_URL = 'https://gate.acme.example'

/** Modern-only, unless the test says from which revision on. */
export async function startExchange(
  bodyBytes = 1_048_576,
  minProtocol = '2026-07-28',
): Promise<Exchange> {
  let seen: Seen = {}
  const routes = createRoutes(PUBLIC_URL, ['market'], () => minProtocol)
  let settings: HeadSettings
  const server: Server = createServer((req, res) => {
    void (async () => {
      const head = checkHead(req, routes, 'r1', settings)
      seen.head ??= head
      if ('kind' in head && head.kind === 'mcp') {
        const inbound = await readInbound(req, head, { bodyBytes })
        seen.inbound ??= inbound
      }
      res.writeHead(200, { connection: 'close' }).end('judged')
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  settings = createHeadSettings({
    publicUrl: PUBLIC_URL,
    allowedOrigins: ['https://app.acme.example'],
    loopbackPort: port,
    nowMs: () => 42,
  })
  return {
    host: `127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
    send: (bytes) =>
      new Promise((resolve) => {
        seen = {}
        let raw = ''
        const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
        socket.setEncoding('latin1')
        socket.on('data', (chunk: string) => {
          raw += chunk
          if (raw.endsWith('judged')) socket.destroy()
        })
        socket.on('error', () => socket.destroy())
        socket.on('close', () => resolve({ ...seen, raw }))
      }),
  }
}

export const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

export const CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'get_prices', arguments: { market: 'DE' }, _meta: META },
}

/** A good request; `headers` replace (a string), remove (`undefined`) or repeat (a list). */
export function request(
  options: {
    readonly line?: string
    readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>
    readonly body?: unknown
  } = {},
): string {
  const { body = CALL } = options
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const headers: Record<string, string | readonly string[] | undefined> = {
    Host: 'gate.acme.example',
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    'MCP-Protocol-Version': '2026-07-28',
    'Mcp-Method': 'tools/call',
    'Mcp-Name': 'get_prices',
    'Content-Length': String(Buffer.byteLength(text)),
    ...options.headers,
  }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'object' ? value : [value])
      .filter((one) => one !== undefined)
      .map((one) => `${name}: ${one}`),
  )
  return `${[options.line ?? 'POST /mcp HTTP/1.1', ...lines].join('\r\n')}\r\n\r\n${text}`
}
