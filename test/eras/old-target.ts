// The targets of the old era (MCP 2025-11-25) in the era matrix: the server of SDK v1, one per session, with everything
// that this revision has, sampling and roots too. Over streamable HTTP, or over HTTP with SSE (2024-11-05) alone.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { completable } from '@modelcontextprotocol/sdk/server/completable.js'
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import {
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  type LoggingLevel,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js'
import { listen, type Listening } from '@sallyport/sample/listen.ts'
import { z } from 'zod'
import {
  countAloud,
  createPlainActs,
  FORM,
  greeting,
  IN_TURN,
  LISTED,
  namesFrom,
  PAGE,
  PLAIN,
  PROMPT,
  readNote,
  said,
  TEMPLATE,
  THOUGHT,
  TOOLS,
  type ToolName,
} from './fixture.ts'

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>
type Act = (value: string, extra: Extra) => Promise<{ content: { type: 'text'; text: string }[] }>
type Suite = {
  readonly server: McpServer
  readonly watched: Set<string>
  readonly flip: () => void
}

const LEVELS: readonly LoggingLevel[] = ['debug', 'info', 'notice', 'warning', 'error']

export type Over = 'streamable-http' | 'sse'

export async function startOldTarget(port = 0, over: Over = 'streamable-http'): Promise<Listening> {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const streams = new Map<string, SSEServerTransport>()
  const open = new Set<Suite>()
  const { waitFor, ...plain } = createPlainActs()
  let offered = true

  function createSuite(): Suite {
    const server = new McpServer(
      { name: 'old-target', version: '1.0.0' },
      { capabilities: { logging: {}, resources: { subscribe: true, listChanged: true } } },
    )
    const inner = server.server
    // What belongs to a call goes on its stream; the SDK's own ways would send it on the one of the session.
    let wanted: LoggingLevel = 'debug'
    inner.setRequestHandler(SetLevelRequestSchema, ({ params: { level } }) => {
      wanted = level
      return {}
    })
    const acts: Record<ToolName, Act> = {
      ...plain,
      count: (_, { _meta, sendNotification }) => countAloud(_meta?.progressToken, sendNotification),
      wait: (value, { signal }) => waitFor(value, signal),
      async log(_, { sendNotification }) {
        for (const [level, data] of [
          ['debug', 'a detail'],
          ['error', 'a failure'],
        ] as const) {
          if (LEVELS.indexOf(level) < LEVELS.indexOf(wanted)) continue
          await sendNotification({ method: 'notifications/message', params: { level, data } })
        }
        return said('logged')
      },
      ask_form: async (_, { requestId }) =>
        said(JSON.stringify(await inner.elicitInput(FORM, { relatedRequestId: requestId }))),
      async ask_page(_, { requestId }) {
        const related = { relatedRequestId: requestId }
        const elicitationId = randomUUID()
        const answer = await inner.elicitInput({ mode: 'url', elicitationId, ...PAGE }, related)
        await inner.createElicitationCompletionNotifier(elicitationId, related)()
        return said(JSON.stringify(answer))
      },
      ask_model: async (_, { requestId }) =>
        said(JSON.stringify(await inner.createMessage(THOUGHT, { relatedRequestId: requestId }))),
      ask_roots: async (_, { requestId }) =>
        said(JSON.stringify(await inner.listRoots({}, { relatedRequestId: requestId }))),
      async touch(uri) {
        for (const one of open) {
          if (one.watched.has(uri)) await one.server.server.sendResourceUpdated({ uri })
        }
        return said('touched')
      },
      async flip() {
        offered = !offered
        for (const one of open) one.flip()
        return said('flipped')
      },
    }
    for (const [name, description] of Object.entries(TOOLS)) {
      const config = { description, inputSchema: { value: z.string().default('') } }
      server.registerTool(name, config, ({ value }, extra) => acts[name as ToolName](value, extra))
    }
    const inTurn = server.registerTool(IN_TURN, { description: IN_TURN }, () => said('here'))
    if (!offered) inTurn.disable()
    registerOffers(server)
    const watched = new Set<string>()
    inner.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }) => {
      watched.add(uri)
      return {}
    })
    inner.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
      watched.delete(uri)
      return {}
    })
    return { server, watched, flip: () => (offered ? inTurn.enable() : inTurn.disable()) }
  }

  async function openSession(): Promise<StreamableHTTPServerTransport> {
    const session = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, session),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    await connect(session)
    return session
  }

  async function connect(session: StreamableHTTPServerTransport | SSEServerTransport) {
    const suite = createSuite()
    open.add(suite)
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a transport is no EventTarget
    session.onclose = () => void open.delete(suite)
    await suite.server.connect(session)
  }

  /** As the examples of the SDK do it: a GET opens a session, and messages are posted beside it. */
  async function overStreams(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://target')
    if (request.method === 'GET' && pathname === '/mcp') {
      const stream = new SSEServerTransport('/messages', response)
      streams.set(stream.sessionId, stream)
      response.on('close', () => streams.delete(stream.sessionId))
      return connect(stream)
    }
    const known = streams.get(searchParams.get('sessionId') ?? '')
    if (request.method !== 'POST' || pathname !== '/messages') {
      return void response.writeHead(404).end(`Cannot ${request.method} ${pathname}`)
    }
    if (known === undefined) return void response.writeHead(400).end('no such session')
    await known.handlePostMessage(request, response)
  }

  const server = createServer((request, response) => {
    if (over === 'sse') {
      overStreams(request, response).catch(() => response.destroy())
      return
    }
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? sessions.get(id) : undefined
    if (typeof id === 'string' && known === undefined) return void response.writeHead(404).end()
    const answer = async () => (known ?? (await openSession())).handleRequest(request, response)
    answer().catch(() => response.destroy())
  })
  return listen(server, port)
}

function registerOffers(server: McpServer): void {
  const name = completable(z.string(), namesFrom)
  server.registerPrompt(PROMPT, { description: 'Greets', argsSchema: { name } }, greeting)
  const template = new ResourceTemplate(TEMPLATE, { list: undefined, complete: { id: namesFrom } })
  server.registerResource('note', template, PLAIN, readNote)
  for (const { uri, read } of LISTED) server.registerResource(uri, uri, PLAIN, read)
}
