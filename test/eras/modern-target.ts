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
  createWaits,
  FORM,
  IN_TURN,
  item,
  ITEMS,
  NAMES,
  PAGE,
  PROMPT,
  said,
  TEMPLATE,
  text,
  THOUGHT,
  TOOLS,
  type ToolName,
} from './fixture.ts'

type Act = (value: string, context: ServerContext) => Promise<CallToolResult | InputRequiredResult>

const VALUE = { type: 'object', properties: { value: { type: 'string' } } }

export async function startModernTarget(port = 0): Promise<Listening> {
  const { wait, wasCancelled } = createWaits()
  let offered = true
  const acts: Record<ToolName, Act> = {
    echo: async (value) => said(value),
    hidden: async () => said('seen'),
    async count(_, { mcpReq }) {
      const { progressToken } = mcpReq._meta ?? {}
      for (const progress of [1, 2, 3]) {
        if (progressToken === undefined) break
        const params = { progressToken, progress, total: 3 }
        await mcpReq.notify({ method: 'notifications/progress', params })
      }
      return said('counted')
    },
    async wait(value, { mcpReq }) {
      await wait(value, mcpReq.signal)
      return said('over')
    },
    was_cancelled: async (value) => said(String(wasCancelled(value))),
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
  const name = completable(z.string(), (begun) => NAMES.filter((one) => one.startsWith(begun)))
  const argsSchema = z.object({ name })
  server.registerPrompt(PROMPT, { description: 'Greets', argsSchema }, (args) => ({
    messages: [{ role: 'user', content: text(`Greet ${args.name}.`) }],
  }))
  const template = new ResourceTemplate(TEMPLATE, {
    list: undefined,
    complete: { id: (begun) => NAMES.filter((one) => one.startsWith(begun)) },
  })
  server.registerResource('note', template, { mimeType: 'text/plain' }, ({ href }, { id }) => ({
    contents: [{ uri: href, text: `the note ${String(id)}` }],
  }))
  for (let index = 0; index < ITEMS; index += 1) {
    const uri = item(index)
    server.registerResource(uri, uri, { mimeType: 'text/plain' }, () => ({
      contents: [{ uri, text: `the item ${index}` }],
    }))
  }
}
