// The target of the modern era (MCP 2026-07-28) in the era matrix: the server of SDK v2, one per request. What it wants of
// the client it asks by `input_required` results; what has changed it tells by `subscriptions/listen`.
import { createServer } from 'node:http'
import {
  completable,
  createMcpHandler,
  fromJsonSchema,
  inputRequired,
  McpServer,
  ResourceTemplate,
  type CallToolResult,
  type InputRequiredResult,
  type InputRequests,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { listen, type Listening } from '@sallyport/sample/listen.ts'
import { bridge } from '@sallyport/sample/market-server/web-bridge.ts'
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

type Act = (value: string, context: ServerContext) => Promise<CallToolResult | InputRequiredResult>

const VALUE = { type: 'object', properties: { value: { type: 'string' } } }

export async function startModernTarget(port = 0): Promise<Listening> {
  const { waitFor, ...plain } = createPlainActs()
  let offered = true
  const acts: Record<ToolName, Act> = {
    ...plain,
    count: (_, { mcpReq }) => countAloud(mcpReq._meta?.progressToken, mcpReq.notify),
    wait: (value, { mcpReq }) => waitFor(value, mcpReq.signal),
    async log(_, { mcpReq }) {
      await mcpReq.log('debug', 'a detail')
      await mcpReq.log('error', 'a failure')
      return said('logged')
    },
    ask_form: asking(() => inputRequired.elicit(FORM)),
    ask_page: asking(() => inputRequired.elicitUrl(PAGE)),
    ask_model: asking(() => inputRequired.createMessage(THOUGHT)),
    ask_roots: asking(() => inputRequired.listRoots()),
    async touch(uri) {
      handler.notify.resourceUpdated(uri)
      return said('touched')
    },
    async flip() {
      offered = !offered
      handler.notify.toolsChanged()
      return said('flipped')
    },
  }

  function createSuite(): McpServer {
    const server = new McpServer(
      { name: 'modern-target', version: '1.0.0' },
      {
        capabilities: {
          logging: {},
          tools: { listChanged: true },
          resources: { subscribe: true, listChanged: true },
        },
      },
    )
    for (const [name, description] of Object.entries(TOOLS)) {
      const config = { description, inputSchema: fromJsonSchema<{ value?: string }>(VALUE) }
      server.registerTool(name, config, ({ value = '' }, context) =>
        acts[name as ToolName](value, context),
      )
    }
    if (offered) server.registerTool(IN_TURN, { description: IN_TURN }, () => said('here'))
    registerOffers(server)
    return server
  }

  const handler = createMcpHandler(createSuite, { legacy: 'reject' })
  const server = createServer((request, response) => {
    bridge((web) => handler.fetch(web), request, response, 'http://127.0.0.1').catch(() =>
      response.destroy(),
    )
  })
  return listen(server, port)
}

function asking(ask: () => InputRequests[string]): Act {
  return async (_, { mcpReq }) => {
    const answer = mcpReq.inputResponses?.['answer']
    return answer === undefined
      ? inputRequired({ inputRequests: { answer: ask() } })
      : said(JSON.stringify(answer))
  }
}

function registerOffers(server: McpServer): void {
  const name = completable(z.string(), namesFrom)
  server.registerPrompt(PROMPT, { description: 'Greets', argsSchema: z.object({ name }) }, greeting)
  const template = new ResourceTemplate(TEMPLATE, { list: undefined, complete: { id: namesFrom } })
  server.registerResource('note', template, PLAIN, readNote)
  for (const { uri, read } of LISTED) server.registerResource(uri, uri, PLAIN, read)
}
