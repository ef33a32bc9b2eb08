// Tools of the conformance suite that answer by themselves: contents of every kind, progress, log messages, schemas of
// JSON Schema 2020-12 and of mirrored arguments, and two that change what is listed.
import { setTimeout as sleep } from 'node:timers/promises'
import {
  fromJsonSchema,
  type CallToolResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { audio, image, resource, text } from './contents.ts'

export type List = 'tools' | 'prompts'
/** What is offered and not offered in turn. */
export type InTurn = { readonly enable: () => void; readonly disable: () => void }

type Answer = (context: ServerContext) => CallToolResult | Promise<CallToolResult>
type Tool = { readonly schema: object; readonly answer: Answer }

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

const TOOLS: Readonly<Record<string, Tool>> = {
  test_simple_text: said(text('This is a simple text response for testing.')),
  test_image_content: said(image),
  test_audio_content: said(audio),
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
    answer() {
      throw new Error('This tool intentionally returns an error for testing')
    },
  },
  test_tool_with_progress: { schema: NOTHING, answer: withProgress },
  test_tool_with_logging: { schema: NOTHING, answer: withLogging },
  test_logging_tool: { schema: NOTHING, answer: withLogging },
  json_schema_2020_12_tool: { schema: SCHEMA_2020_12, answer: () => ({ content: [text('ok')] }) },
  test_mirrored_arguments: { schema: MIRRORED, answer: () => ({ content: [text('ok')] }) },
}

/** `flip`: what is offered in turn of a list is offered from now on, or is not. */
export function registerTools(server: McpServer, flip: (list: List) => void): InTurn {
  const all: Record<string, Tool> = {
    ...TOOLS,
    test_trigger_tool_change: changing(() => flip('tools')),
    test_trigger_prompt_change: changing(() => flip('prompts')),
  }
  for (const [name, tool] of Object.entries(all)) register(server, name, tool)
  return register(server, 'test_tool_in_turn', said(text('here for now')))
}

function register(server: McpServer, name: string, { schema, answer }: Tool): InTurn {
  const inputSchema = fromJsonSchema<Record<string, unknown>>(schema)
  const config = { description: name, inputSchema }
  return server.registerTool(name, config, (_, context) => answer(context))
}

function said(...content: CallToolResult['content']): Tool {
  return { schema: NOTHING, answer: () => ({ content }) }
}

function changing(change: () => void): Tool {
  return {
    schema: NOTHING,
    answer() {
      change()
      return { content: [text('changed')] }
    },
  }
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

async function withLogging({ mcpReq }: ServerContext): Promise<CallToolResult> {
  for (const message of ['started', 'processing data', 'completed']) {
    await mcpReq.log('info', `Tool ${message}`)
    await sleep(50)
  }
  return { content: [text('logged')] }
}
