// The target that the official conformance suite expects behind a server, of both eras on one URL, served by the SDK's
// own packages: every fixture by the names and answers of the suite's descriptions. Of the old era one server and one
// transport per session; of the modern era one per request.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createMcpHandler,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  hostHeaderValidationResponse,
  McpServer,
  originValidationResponse,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { bridge } from '@sallyport/sample/market-server/web-bridge.ts'
import { registerAsking, verifyState } from './asking.ts'
import { registerPrompts, registerResources } from './offers.ts'
import { registerTools, type InTurn, type List } from './tools.ts'

export type ConformanceTarget = { readonly url: string; readonly stop: () => Promise<void> }

type SuiteServer = { readonly server: McpServer; readonly inTurn: Readonly<Record<List, InTurn>> }
type Session = WebStandardStreamableHTTPServerTransport

export async function startConformanceTarget(): Promise<ConformanceTarget> {
  const open = new Set<SuiteServer>()
  const absent = new Set<List>()
  const flip = (list: List): void => {
    if (!absent.delete(list)) absent.add(list)
    modern.notify[list === 'tools' ? 'toolsChanged' : 'promptsChanged']()
    for (const { inTurn } of open) inTurn[list][absent.has(list) ? 'disable' : 'enable']()
  }
  const modern = createMcpHandler(() => createSuiteServer(flip, absent).server, {
    legacy: 'reject',
  })
  const sessions = new Map<string, Session>()

  async function openSession(): Promise<Session> {
    const session: Session = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, session),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    const suite = createSuiteServer(flip, absent)
    open.add(suite)
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a transport is no EventTarget
    session.onclose = () => void open.delete(suite)
    await suite.server.connect(session)
    return session
  }

  async function answer(request: Request): Promise<Response> {
    const foreign =
      hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
      originValidationResponse(request, localhostAllowedOrigins())
    if (foreign !== undefined) return foreign
    if (!(await isLegacyRequest(request))) return modern.fetch(request)
    const id = request.headers.get('mcp-session-id')
    if (id === null) return (await openSession()).handleRequest(request)
    const session = sessions.get(id)
    return session === undefined
      ? new Response(null, { status: 404 })
      : session.handleRequest(request)
  }

  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host ?? '127.0.0.1'}`
    bridge(answer, request, response, origin).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async stop() {
      await modern.close()
      await Promise.all([...sessions.values()].map((session) => session.close()))
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function createSuiteServer(flip: (list: List) => void, absent: ReadonlySet<List>): SuiteServer {
  const server = new McpServer(
    { name: 'conformance-target', version: '1.0.0' },
    {
      capabilities: {
        logging: {},
        completions: {},
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
      },
      requestState: { verify: verifyState },
    },
  )
  const inTurn = { tools: registerTools(server, flip), prompts: registerPrompts(server) }
  for (const list of absent) inTurn[list].disable()
  registerAsking(server)
  registerResources(server)
  const watched = new Set<string>()
  server.server.setRequestHandler('resources/subscribe', ({ params: { uri } }) => {
    watched.add(uri)
    return {}
  })
  server.server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
    watched.delete(uri)
    return {}
  })
  return { server, inTurn }
}
