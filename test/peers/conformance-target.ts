// The target that the official conformance suite expects behind a server: its tools by the names and answers of the
// suite's own descriptions, served by the SDK. What needs prompts, resources or input of the client is left out.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  createMcpHandler,
  fromJsonSchema,
  McpServer,
  type CallToolResult,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { bridge } from '@sallyport/sample/market-server/web-bridge.ts'

export type ConformanceTarget = { readonly url: string; readonly stop: () => Promise<void> }

/** One red pixel, and silence. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='

const NOTHING = { type: 'object', properties: {} }
/** As the scenario json-schema-2020-12 prints it. */
const SCHEMA_2020_12 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
}
const MIRRORED = {
  type: 'object',
  properties: {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    priority: { type: 'integer', 'x-mcp-header': 'Priority' },
    query: { type: 'string' },
  },
  required: ['region', 'query'],
}

const text = (value: string) => ({ type: 'text' as const, text: value })
const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' }
const resource = (uri: string, mimeType: string, value: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text: value },
})

type Answer = (context: ServerContext) => CallToolResult | Promise<CallToolResult>
const TOOLS: Readonly<Record<string, { readonly schema: object; readonly answer: Answer }>> = {
  test_simple_text: said(text('This is a simple text response for testing.')),
  test_image_content: said(image),
  test_audio_content: said({ type: 'audio', data: WAV, mimeType: 'audio/wav' }),
  test_embedded_resource: said(
    resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  ),
  test_multiple_content_types: said(
    text('Multiple content types test:'),
    image,
    resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ),
  test_error_handling: {
    schema: NOTHING,
    answer: () => ({
      content: [text('This tool intentionally returns an error for testing')],
      isError: true,
    }),
  },
  test_tool_with_progress: { schema: NOTHING, answer: withProgress },
  json_schema_2020_12_tool: { schema: SCHEMA_2020_12, answer: () => ({ content: [text('ok')] }) },
  test_mirrored_arguments: { schema: MIRRORED, answer: () => ({ content: [text('ok')] }) },
}

export async function startConformanceTarget(): Promise<ConformanceTarget> {
  const handler = createMcpHandler(createSuiteServer, { legacy: 'reject' })
  const server = createServer((request, response) => {
    bridge((web) => handler.fetch(web), request, response, 'http://127.0.0.1').catch(() =>
      response.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async stop() {
      await handler.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function createSuiteServer(): McpServer {
  const server = new McpServer({ name: 'conformance-target', version: '1.0.0' })
  for (const [name, { schema, answer }] of Object.entries(TOOLS)) {
    const inputSchema = fromJsonSchema<Record<string, unknown>>(schema)
    server.registerTool(name, { description: name, inputSchema }, (_, context) => answer(context))
  }
  return server
}

function said(...content: CallToolResult['content']): { schema: object; answer: Answer } {
  return { schema: NOTHING, answer: () => ({ content }) }
}

async function withProgress({ mcpReq }: ServerContext): Promise<CallToolResult> {
  const progressToken = mcpReq._meta?.progressToken
  for (const progress of [0, 50, 100]) {
    if (progressToken !== undefined) {
      const params = { progressToken, progress, total: 100 }
      await mcpReq.notify({ method: 'notifications/progress', params })
    }
    await sleep(50)
  }
  return { content: [text('done')] }
}
