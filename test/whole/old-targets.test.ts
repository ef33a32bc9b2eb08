// Targets of the old era through a whole gateway (protocol §4): the documents server, which is served by SDK v1, as
// clients of both eras see it. Sessions, elicitation in between, restarts of the target and of the gateway.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { startGateway } from '@sallyport/gateway/app.ts'
import { loadConfig } from '@sallyport/gateway/config/load.ts'
import {
  startDocumentsServer,
  type DocumentsServer,
} from '@sallyport/sample/documents-server/documents-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

let documents: DocumentsServer
let world: TestGateway
beforeAll(async () => {
  documents = await startDocumentsServer()
  const tools =
    'tools: { search_documents: { readOnly: true, idempotent: true }, read_document: { readOnly: true, idempotent: true } }'
  world = await startTestGateway({
    yaml: `  documents: { kind: mcp, url: "${documents.url}", allowInsecureTarget: true, ${tools} }`,
  })
  await world.gateway.described
})
afterAll(async () => {
  await world.stop()
  await documents.stop()
})

type Answer = {
  readonly status: number
  readonly id?: unknown
  readonly result?: {
    readonly resultType: string
    readonly isError?: boolean
    readonly content?: readonly { readonly text: string }[]
    readonly structuredContent?: Record<string, unknown>
    readonly inputRequests?: Record<string, { readonly method: string; readonly params: object }>
    readonly requestState?: string
    readonly _meta?: Record<string, { readonly code: string }>
  }
  readonly error?: { readonly code: number }
}

async function call(
  name: string,
  args: object,
  more: object = {},
  { who = {}, able = { elicitation: { form: {} } } }: { who?: object; able?: object } = {},
): Promise<Answer> {
  const { status, body } = await world.call({
    method: 'tools/call',
    path: '/mcp/documents',
    token: world.token({ resource: world.resource('documents'), ...who }),
    params: {
      name,
      arguments: args,
      ...more,
      _meta: { 'io.modelcontextprotocol/clientCapabilities': able },
    },
  })
  return { status, ...(JSON.parse(body) as Omit<Answer, 'status'>) }
}

const codeOf = ({ result }: Answer) => result?._meta?.['sallyport/refusal']?.code
const note = { id: 'n1', title: 'A note', text: 'x' }

/** Writes a note and asks for its deletion: what the person is asked, and what to come back with. */
async function asked(): Promise<{ message: unknown; answer: object }> {
  expect((await call('write_note', note)).result?.structuredContent).toMatchObject({ id: 'n1' })
  const { result } = await call('delete_note', { id: 'n1' })
  expect(result?.resultType).toBe('input_required')
  const [key, request] = Object.entries(result?.inputRequests ?? {})[0] ?? ['', undefined]
  const inputResponses = { [key]: { action: 'accept', content: { confirm: true } } }
  return {
    message: request?.params,
    answer: { inputResponses, requestState: result?.requestState },
  }
}

async function exists(id: string): Promise<boolean> {
  return (await call('read_document', { id })).result?.isError !== true
}

describe('modern client, target of the old era', () => {
  test('protocol §4: a call has the shape of the modern era, is decided and recorded', async () => {
    const { status, result } = await call('search_documents', { words: 'imbalance' })
    expect([status, result?.resultType]).toEqual([200, 'complete'])
    expect(JSON.stringify(result?.structuredContent)).toContain('contract-northwind-2025')
    await expect
      .poll(() => world.audit().map(({ kind }) => kind))
      .toEqual(expect.arrayContaining(['intent', 'outcome']))
  })

  test('protocol §7: the person is asked before a deletion, and the same call goes on', async () => {
    const { message, answer } = await asked()
    expect(message).toMatchObject({ message: 'Delete the note “A note” for good?' })
    const changed = await call('delete_note', { id: 'contract-northwind-2025' }, answer)
    expect(changed.error?.code).toBe(-32602)
    const { result } = await call('delete_note', { id: 'n1' }, answer)
    expect(result).toMatchObject({
      resultType: 'complete',
      content: [{ text: 'the note `n1` is deleted' }],
    })
    expect(await exists('n1')).toBe(false)
    // A second time there is nothing that waits.
    expect(codeOf(await call('delete_note', { id: 'n1' }, answer))).toBe('call.parked_call_lost')
  })

  test('a client that cannot be asked is told so by the target', async () => {
    await call('write_note', note)
    const { result } = await call('delete_note', { id: 'n1' }, {}, { able: {} })
    expect(result?.content?.[0]?.text).toMatch('this client cannot ask')
    expect(await exists('n1')).toBe(true)
  })

  test('a target that was restarted is called in a new session, without a word where that is safe', async () => {
    await call('search_documents', { words: 'x' })
    const port = Number(new URL(documents.url).port)
    await documents.stop()
    documents = await startDocumentsServer({ port })
    const found = await call('search_documents', { words: 'imbalance' })
    expect(found.result?.isError).toBeUndefined()
    await documents.stop()
    documents = await startDocumentsServer({ port })
    expect(codeOf(await call('write_note', note))).toBe('call.session_lost')
    expect((await call('write_note', note)).result?.structuredContent).toMatchObject({ id: 'n1' })
  })
})

describe('client and target of the old era', () => {
  test('SDK v1 at both ends: tools, and a form in between', async () => {
    await call('write_note', note)
    const client = new Client(
      { name: 'old', version: '1' },
      { capabilities: { elicitation: { form: {} } } },
    )
    const messages: string[] = []
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      messages.push(params.message)
      return { action: 'accept', content: { confirm: true } }
    })
    const authorization = `Bearer ${world.token({ resource: world.resource('documents') })}`
    const url = new URL(world.resource('documents'))
    await client.connect(
      new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization } } }),
    )
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('delete_note')
    const deleted = await client.callTool({ name: 'delete_note', arguments: { id: 'n1' } })
    expect(deleted.content).toEqual([{ type: 'text', text: 'the note `n1` is deleted' }])
    expect(messages).toEqual(['Delete the note “A note” for good?'])
    await client.close()
  })
})

describe('restart of the gateway', () => {
  test('a gateway that was restarted says that the call is gone, and repeats nothing', async () => {
    const { answer } = await asked()
    await world.gateway.close({ serveOnMs: 0, finishMs: 1000 })
    const loaded = await loadConfig(world.configFile, {})
    if ('problems' in loaded) throw new Error('the configuration does not load')
    const again = await startGateway({ loaded, environment: {}, stream: { write: () => true } })
    await again.described
    try {
      expect(codeOf(await call('delete_note', { id: 'n1' }, answer))).toBe('call.parked_call_lost')
      expect(await exists('n1')).toBe(true)
    } finally {
      await again.close({ serveOnMs: 0, finishMs: 1000 })
    }
  })
})
