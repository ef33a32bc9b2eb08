// The market data server in the protocol's terms: the SDK's server, one fresh instance per request (reuse leaks
// answers between callers, CVE-2026-25536), modern era only.
import {
  createMcpHandler,
  fromJsonSchema,
  McpServer,
  type McpHttpHandler,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { TOOL_DEFINITIONS, type ToolDefinition } from './tool-definitions.ts'
import { ToolProblem, TOOLS, type ToolWorld } from './tools.ts'

const INSTRUCTIONS = 'Power market data. Days are operating days in the time zone of the market.'

// Schemas are compiled once, servers are made per request.
const COMPILED = TOOL_DEFINITIONS.map((definition) => ({
  definition,
  input: fromJsonSchema<Record<string, unknown>>(definition.inputSchema),
  output: fromJsonSchema(definition.outputSchema),
}))

export function createMarketHandler(world: ToolWorld): McpHttpHandler {
  return createMcpHandler(() => createServer(world), { legacy: 'reject' })
}

function createServer(world: ToolWorld): McpServer {
  const server = new McpServer(
    { name: 'acme-market-data', version: '1.0.0' },
    { instructions: INSTRUCTIONS },
  )
  for (const { definition, input, output } of COMPILED) {
    const { title, description, annotations } = definition
    const config = { title, description, annotations, inputSchema: input, outputSchema: output }
    server.registerTool(definition.name, config, (args, context) =>
      answer(world, definition, args, context),
    )
  }
  return server
}

async function answer(
  world: ToolWorld,
  { name }: ToolDefinition,
  args: Record<string, unknown>,
  context: ServerContext,
) {
  const tool = TOOLS[name]
  if (tool === undefined) throw new Error(`no tool ${name}`)
  const { signal, _meta } = context.mcpReq
  const token = _meta?.progressToken
  const progress = async (done: number, total: number, message: string) => {
    if (token === undefined) return
    const params = { progressToken: token, progress: done, total, message }
    await context.mcpReq.notify({ method: 'notifications/progress', params })
  }
  try {
    const structured = await tool(world, { args, signal, progress })
    return {
      content: [{ type: 'text' as const, text: JSON.stringify(structured) }],
      structuredContent: structured as Record<string, unknown>,
    }
  } catch (error) {
    if (!(error instanceof ToolProblem)) throw error
    return { content: [{ type: 'text' as const, text: error.message }], isError: true }
  }
}
