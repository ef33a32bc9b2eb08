// The documents server as a client of the old era sees it: the SDK v1's own client over a socket.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  ElicitRequestSchema,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  startDocumentsServer,
  type DocumentsServer,
} from '../../src/documents-server/documents-server.ts'

let server: DocumentsServer
let clients: Client[]
beforeEach(async () => {
  clients = []
  server = await startDocumentsServer()
})
afterEach(async () => {
  for (const client of clients) await client.close()
  await server.stop()
})

type Answer = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, boolean> }

async function connect(answer?: Answer): Promise<Client> {
  const capabilities = answer === undefined ? {} : { elicitation: {} }
  const client = new Client({ name: 'test', version: '1' }, { capabilities })
  if (answer !== undefined) client.setRequestHandler(ElicitRequestSchema, () => answer)
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url)))
  clients.push(client)
  return client
}

async function call(client: Client, name: string, args: Record<string, unknown>) {
  const { content, structuredContent, isError } = await client.callTool({ name, arguments: args })
  const [first] = content as { text: string }[]
  return { text: first?.text, structured: structuredContent, isError: isError === true }
}

const NOTE = { id: 'note-1', title: 'Call Northwind', text: 'about hour 3A' }

test('MCP 2025-11-25, server/tools: documents are found and read, with structured results', async () => {
  const client = await connect()
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual([
    'search_documents',
    'read_document',
    'write_note',
    'delete_note',
  ])
  const { structured } = await call(client, 'search_documents', { words: 'northwind eur' })
  expect(structured).toMatchObject({ found: [{ id: 'contract-northwind-2025' }] })
  const read = await call(client, 'read_document', { id: 'guide-clock-changes' })
  expect(read.structured).toMatchObject({ kind: 'guide' })
  expect(await call(client, 'read_document', { id: 'nothing' })).toMatchObject({ isError: true })
})

test('notes are written and replaced, contracts are not', async () => {
  const client = await connect()
  expect(await call(client, 'write_note', NOTE)).toMatchObject({ structured: { kind: 'note' } })
  await call(client, 'write_note', { ...NOTE, text: 'about hour 3B' })
  const read = await call(client, 'read_document', { id: NOTE.id })
  expect(read.structured).toMatchObject({ text: 'about hour 3B' })
  const contract = { ...NOTE, id: 'contract-northwind-2025' }
  expect(await call(client, 'write_note', contract)).toMatchObject({ isError: true })
})

test.each([
  [{ action: 'accept', content: { confirm: true } }, true],
  [{ action: 'accept', content: { confirm: false } }, false],
  [{ action: 'decline' }, false],
  [{ action: 'cancel' }, false],
] satisfies [Answer, boolean][])(
  'MCP 2025-11-25, client/elicitation: a note is deleted only where the person confirms it',
  async (answer, deleted) => {
    const client = await connect(answer)
    await call(client, 'write_note', NOTE)
    expect((await call(client, 'delete_note', { id: NOTE.id })).isError).toBe(false)
    expect((await call(client, 'read_document', { id: NOTE.id })).isError).toBe(deleted)
  },
)

test('MCP 2025-11-25, client/elicitation: a client that cannot ask does not delete', async () => {
  const client = await connect()
  await call(client, 'write_note', NOTE)
  expect(await call(client, 'delete_note', { id: NOTE.id })).toMatchObject({ isError: true })
})

test('MCP 2025-11-25, server/resources: listed, read by template, completed; an unknown one is -32002', async () => {
  const client = await connect()
  const { resources } = await client.listResources()
  expect(resources).toHaveLength(6)
  const { resourceTemplates } = await client.listResourceTemplates()
  expect(resourceTemplates).toMatchObject([{ uriTemplate: 'acme://documents/{id}' }])
  const { contents } = await client.readResource({ uri: 'acme://documents/guide-disputes' })
  expect(contents).toMatchObject([{ mimeType: 'text/markdown' }])
  await expect(client.readResource({ uri: 'acme://documents/none' })).rejects.toMatchObject({
    code: -32002,
  })
  const { completion } = await client.complete({
    ref: { type: 'ref/resource', uri: 'acme://documents/{id}' },
    argument: { name: 'id', value: 'contract-' },
  })
  expect(completion.values).toHaveLength(3)
})

test('MCP 2025-11-25, server/prompts: arguments are completed, the document comes with the question', async () => {
  const client = await connect()
  const { prompts } = await client.listPrompts()
  expect(prompts.map(({ name }) => name)).toEqual(['summarise_document', 'compare_contracts'])
  const { messages } = await client.getPrompt({
    name: 'summarise_document',
    arguments: { id: 'contract-helios-2026' },
  })
  expect(messages.map(({ content }) => content.type)).toEqual(['resource', 'text'])
  const { completion } = await client.complete({
    ref: { type: 'ref/prompt', name: 'compare_contracts' },
    argument: { name: 'second', value: 'contract-s' },
  })
  expect(completion.values).toEqual(['contract-southgrid-2024'])
})

test('MCP 2025-11-25, server/resources: who subscribed hears of a change, the other session does not', async () => {
  const [watcher, other] = [await connect(), await connect()]
  await call(other, 'write_note', NOTE)
  const heard: string[] = []
  for (const client of [watcher, other]) {
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      heard.push(`${client === watcher ? 'watcher' : 'other'} ${params.uri}`)
    })
  }
  await watcher.subscribeResource({ uri: 'acme://documents/note-1' })
  const listChanged = new Promise<void>((resolve) =>
    watcher.setNotificationHandler(ResourceListChangedNotificationSchema, () => resolve()),
  )
  await call(other, 'write_note', { ...NOTE, text: 'changed' })
  await call(other, 'write_note', { ...NOTE, id: 'note-2' })
  await listChanged
  expect(heard).toEqual(['watcher acme://documents/note-1'])
})

test('MCP 2025-11-25, basic/transports: an unknown session is 404, a page of a browser is refused', async () => {
  const ask = (headers: Record<string, string>) =>
    fetch(server.url, { method: 'POST', headers, body: '{}' })
  expect((await ask({ 'mcp-session-id': 'nobody' })).status).toBe(404)
  expect((await ask({ origin: 'https://evil.example' })).status).toBe(403)
})
