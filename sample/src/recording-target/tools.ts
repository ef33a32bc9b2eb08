// The tools of the recording target unless a test brings its own. Any tool answers with what it was given, number
// for number; the ones named here only have schemas that policies and tests can work with.
import { openStream, resultOf, sendEvent, sendJson, type Answering } from './exchange-answer.ts'

export type ToolDefinition = { readonly name: string; readonly [member: string]: unknown }

export const DEFAULT_TOOLS: readonly ToolDefinition[] = [
  tool('echo', 'Answers with its arguments.', {}, { additionalProperties: true }),
  tool('read_record', 'Reads a record.', { id: { type: 'integer', minimum: 0 } }, required('id')),
  tool(
    'write_record',
    'Writes a record.',
    {
      id: { type: 'integer', minimum: 0 },
      amount: { type: 'number' },
      note: { type: 'string', maxLength: 500 },
    },
    required('id', 'amount'),
  ),
  tool(
    'delete_record',
    'Deletes a record.',
    { id: { type: 'integer', minimum: 0 } },
    required('id'),
  ),
  tool(
    'stream_records',
    'Answers as a stream of progress notifications and a result.',
    { count: { type: 'integer', minimum: 1, maximum: 1000 } },
    required('count'),
  ),
]

/** Answers a tools/call honestly. */
export async function callTool(answering: Answering): Promise<void> {
  const { response, id, params } = answering
  const args = (params['arguments'] ?? {}) as Readonly<Record<string, unknown>>
  const echoed = { tool: params['name'], arguments: args }
  const result = resultOf(id, {
    content: [{ type: 'text', text: JSON.stringify(echoed) }],
    structuredContent: echoed,
  })
  if (params['name'] !== 'stream_records') return sendJson(response, 200, result)
  const token = (params['_meta'] as { readonly progressToken?: unknown } | undefined)?.progressToken
  const count = Number(JSON.stringify(args['count'] ?? 1))
  openStream(response)
  const notes = token === undefined ? 0 : count
  for (let done = 1; done <= notes; done++) {
    const progress = { progressToken: token, progress: done, total: count }
    const sent = await sendEvent(answering, {
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: progress,
    })
    if (!sent) return
  }
  await sendEvent(answering, result)
  response.end()
}

function tool(name: string, description: string, properties: object, more: object): ToolDefinition {
  return { name, description, inputSchema: { type: 'object', properties, ...more } }
}

function required(...names: readonly string[]) {
  return { required: names, additionalProperties: false }
}
