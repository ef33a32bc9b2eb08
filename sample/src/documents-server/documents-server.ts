// Acme's documents as an MCP server of the old era (2025-11-25) on loopback, at /mcp: sessions, a stream for what the
// server says by itself, elicitation. It knows no people: who may call is the gateway's business.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { listen } from '../listen.ts'
import { createLibrary, type Library } from './library.ts'
import { registerPrompts } from './prompts.ts'
import { registerResources } from './resources.ts'
import { registerTools } from './tools.ts'

export type DocumentsServerSettings = {
  /** 0 or absent: any free port. */
  readonly port?: number
}

export type DocumentsServer = { readonly url: string; readonly stop: () => Promise<void> }

const MAX_SESSIONS = 1000

export async function startDocumentsServer(
  settings: DocumentsServerSettings = {},
): Promise<DocumentsServer> {
  const library = createLibrary()
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const server = createServer()
  const { origin, stop } = await listen(server, settings.port ?? 0)
  server.on('request', (request, response) => {
    const refuse = (status: number) => response.writeHead(status, { connection: 'close' }).end()
    // A page in a browser must not reach it by a rebound name (M-19).
    if (request.headers.host !== new URL(origin).host) return refuse(421)
    if (request.headers.origin !== undefined) return refuse(403)
    if (request.url !== '/mcp') return refuse(404)
    answer(request, response).catch(() => response.destroy())
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = request.headers['mcp-session-id']
    if (typeof id === 'string') {
      const session = sessions.get(id)
      // MUST (basic/transports, session management): an id that is not known is 404.
      if (session === undefined) return void response.writeHead(404).end()
      return session.handleRequest(request, response)
    }
    if (sessions.size >= MAX_SESSIONS) return void response.writeHead(503).end()
    const session = await openSession()
    await session.handleRequest(request, response)
    // A first request that was no initialize opened nothing.
    if (session.sessionId === undefined) await session.close()
  }

  /** One server and one transport per session: shared ones leak answers between callers. */
  async function openSession(): Promise<StreamableHTTPServerTransport> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
    })
    const { server: mcp, end } = createMcpServer(library)
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a transport is no EventTarget
    transport.onclose = () => {
      end()
      if (transport.sessionId !== undefined) sessions.delete(transport.sessionId)
    }
    await mcp.connect(transport)
    return transport
  }

  return {
    url: `${origin}/mcp`,
    stop: async () => {
      await Promise.all([...sessions.values()].map((session) => session.close()))
      await stop()
    },
  }
}

function createMcpServer(library: Library): { server: McpServer; end: () => void } {
  const server = new McpServer(
    { name: 'acme-documents', version: '1.0.0' },
    {
      capabilities: { logging: {} },
      instructions: 'Contracts, settlement guides and notes of Acme Energy.',
    },
  )
  registerTools(server, library)
  registerPrompts(server, library)
  const end = registerResources(server, library)
  return { server, end }
}
