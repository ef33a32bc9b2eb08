// A target on a real socket that does what a test tells it, and permits to call it with.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Permit } from '../../src/authorize/permit.ts'
import { createMcpConnector } from '../../src/call/mcp/mcp.ts'
import { mcpTargetMembers } from '../../src/call/mcp/settings.ts'
import type { CallEnvelope, Connector } from '../../src/call/connector.ts'
import type { Outcome } from '../../src/call/outcome.ts'
import type { CatalogueEntry } from '../../src/catalogue/entry.ts'
import type { Credential } from '../../src/credential/credential.ts'
import { Identity } from '../../src/identify/identity.ts'
import { readJson } from '../../src/json/read.ts'
import type { JsonObject } from '../../src/json/value.ts'
import type { Resolve } from '../../src/net/lookup.ts'
import { createPools } from '../../src/net/pools.ts'
import { systemClock } from '../../src/system/clock.ts'
import { z } from 'zod'

export type Received = {
  readonly method: string
  readonly url: string
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
export type Script = (req: Received, res: ServerResponse) => void

export type ScriptedTarget = {
  readonly url: string
  readonly received: Received[]
  connections: number
  /** Exchanges whose connection closed before the answer was complete. */
  closedEarly: number
  script: Script
  readonly close: () => Promise<void>
}

export async function startTarget(script: Script): Promise<ScriptedTarget> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const request: Received = {
        method: req.method ?? '',
        url: req.url ?? '',
        rawHeaders: req.rawHeaders,
        headers: req.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      target.received.push(request)
      res.on('close', () => {
        if (!res.writableFinished) target.closedEarly += 1
      })
      target.script(request, res)
    })
  })
  server.on('connection', () => (target.connections += 1))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const target: ScriptedTarget = {
    url: `http://127.0.0.1:${port}/mcp`,
    received: [],
    connections: 0,
    closedEarly: 0,
    script,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return target
}

/** Answers every request with this body as application/json. */
export function json(body: string, status = 200, headers: Record<string, string> = {}): Script {
  return (_req, res) =>
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}

/** Answers with these pieces as an event stream, one write each, and ends. */
export function events(...pieces: string[]): Script {
  return (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    const next = (index: number): void => {
      const piece = pieces[index]
      if (piece === undefined) return void res.end()
      res.write(piece, () => setImmediate(next, index + 1))
    }
    next(0)
  }
}

const settingsSchema = z.strictObject(mcpTargetMembers)

export type Warning = {
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

export function connectTo(
  url: string,
  more: {
    timeouts?: Record<string, number>
    resultBytes?: number
    allowInsecureTarget?: boolean
    warnings?: Warning[]
    resolve?: Resolve
    /** Default: modern, so that nothing is sent but what a test is about. */
    era?: 'auto' | 'modern' | 'legacy'
    sessions?: Record<string, number>
  } = {},
): Connector {
  const settings = settingsSchema.parse({
    kind: 'mcp',
    url,
    allowInsecureTarget: more.allowInsecureTarget ?? true,
    timeouts: { connectMs: 1_000, ...more.timeouts },
    era: more.era ?? 'modern',
    sessions: { ...more.sessions },
  })
  return createMcpConnector('market', settings, {
    pools: createPools(more.resolve === undefined ? {} : { resolve: more.resolve }),
    clock: systemClock,
    resultBytes: more.resultBytes ?? 1_048_576,
    log: { warn: (fields, message) => more.warnings?.push({ fields, message }) },
  })
}

export const NONE: Credential = { kind: 'none', id: 'none', version: '', connectionKey: undefined }

export function permitFor(
  argsJson: string,
  entry: Partial<CatalogueEntry> = {},
  fingerprint = 'f',
): Permit {
  const read = readJson(Buffer.from(argsJson), { depth: 64, nodes: 1_000, numberLength: 1_000 })
  if (!('value' in read)) throw new Error(read.failure)
  return new Permit({
    requestId: 'r'.repeat(32),
    address: '192.0.2.1',
    identity: somebody(fingerprint),
    entry: {
      kind: 'tool',
      target: 'market',
      name: 'get_prices',
      qualifiedName: 'market___get_prices',
      wire: { name: 'get_prices', inputSchema: { type: 'object' } },
      inputSchema: { type: 'object' },
      hash: '0'.repeat(64),
      pin: 'approved',
      facts: { readOnly: true, idempotent: true, durability: 'written', auditPaths: [] },
      paramHeaders: [],
      quarantined: undefined,
      ...entry,
    },
    args: read.value as JsonObject,
    argsJson,
    decision: { mode: 'ENFORCE', policies: ['p0'], setVersion: '1', schemaVersion: '1' },
  })
}

export function envelope(more: Partial<CallEnvelope> = {}): CallEnvelope {
  return {
    method: 'tools/call',
    id: 7,
    meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
    protocolVersion: '2026-07-28',
    paramHeaders: new Map(),
    ...more,
  }
}

/** What passed, and the result where there was one. */
export async function collect(outcome: Outcome): Promise<string[]> {
  if (outcome.kind !== 'stream') throw new Error(`a stream was expected, not ${outcome.kind}`)
  const messages: string[] = []
  for await (const message of outcome.messages) messages.push(message.toString('utf8'))
  const final = await outcome.ended
  if (final.kind === 'result') messages.push(final.body.toString('utf8'))
  return messages
}

function somebody(fingerprint: string): Identity {
  return new Identity({
    principal: {
      kind: 'person',
      issuer: 'https://login.acme.example',
      clientId: 'client',
      subject: 'alice',
      tenant: undefined,
      tags: new Map(),
      fingerprint,
    },
    tokenHash8: '01234567',
    jti: undefined,
    sid: undefined,
    grant: undefined,
    scopes: new Set(),
    issuedAtSeconds: 0,
    expiresAtSeconds: 1,
    authTimeSeconds: undefined,
    acr: undefined,
    amr: [],
    keysStale: false,
  })
}
