// All four cells of the turn towards the client (protocol §4): clients of both eras, the SDK's own, before targets of both
// eras that ask a person before they act, and tell of changes.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import {
  ElicitRequestSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import {
  startDocumentsServer,
  type DocumentsServer,
} from '@sallyport/sample/documents-server/documents-server.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startAskingTarget, type AskingTarget } from '../support/asking-target.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { untilOffered } from '../support/until-offered.ts'
import { connectOld } from '../support/old-client.ts'

const WAIT = { timeout: 10_000, interval: 50 }
let modern: AskingTarget
let documents: DocumentsServer
let gateway: TestGateway
beforeAll(async () => {
  modern = await startAskingTarget()
  documents = await startDocumentsServer()
  gateway = await startTestGateway({
    yaml: `  asking: { kind: mcp, url: "${modern.url}", allowInsecureTarget: true, mayAsk: { urlHosts: [accounts.example] } }
  documents: { kind: mcp, url: "${documents.url}", allowInsecureTarget: true }`,
  })
  await untilOffered(gateway, 'asking', 'documents')
})
afterAll(async () => {
  await gateway.stop()
  await documents.stop()
  await modern.stop()
})

type Asked = { readonly message: string }

async function oldClient(target: string, capabilities: object = { elicitation: {} }) {
  const { client } = await connectOld(gateway, { target, capabilities })
  const asked: Asked[] = []
  if ('elicitation' in capabilities) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push({ message: params.message })
      return { action: 'accept' as const, content: { confirm: true } }
    })
  }
  return { client, asked }
}

async function newClient(target: string) {
  const client = new Client(
    { name: 'new', version: '1' },
    {
      capabilities: { elicitation: { form: {} } },
      versionNegotiation: { mode: { pin: '2026-07-28' } },
    },
  )
  const asked: Asked[] = []
  client.setRequestHandler('elicitation/create', ({ params }) => {
    asked.push({ message: params.message })
    return { action: 'accept', content: { confirm: true } }
  })
  const url = new URL(gateway.resource(target))
  const authorization = `Bearer ${gateway.token({ resource: url.href })}`
  await client.connect(
    new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization } } }),
  )
  return { client, asked }
}

const NOTE = { id: 'plan-b', title: 'Plan B', text: 'for later' }

describe('elicitation', () => {
  test('old client, modern target: the question is pushed on the stream of the call', async () => {
    const { client, asked } = await oldClient('asking')
    const answer = await client.callTool({ name: 'confirm', arguments: { subject: 'go' } })
    expect(answer.content).toEqual([{ type: 'text', text: 'confirm go' }])
    expect(asked).toEqual([{ message: 'Really go?' }])
    await client.close()
  })

  test('old client, old target', async () => {
    const { client, asked } = await oldClient('documents')
    await client.callTool({ name: 'write_note', arguments: NOTE })
    const answer = await client.callTool({ name: 'delete_note', arguments: { id: NOTE.id } })
    expect(answer.content).toEqual([{ type: 'text', text: 'the note `plan-b` is deleted' }])
    expect(asked).toEqual([{ message: 'Delete the note “Plan B” for good?' }])
    await client.close()
  })

  test('modern client, old target: the call is parked, and the client comes back', async () => {
    const { client, asked } = await newClient('documents')
    await client.callTool({ name: 'write_note', arguments: NOTE })
    const answer = await client.callTool({ name: 'delete_note', arguments: { id: NOTE.id } })
    expect(answer.content).toEqual([{ type: 'text', text: 'the note `plan-b` is deleted' }])
    expect(asked).toEqual([{ message: 'Delete the note “Plan B” for good?' }])
    await client.close()
  })

  test('an old client that cannot be asked is told so in words', async () => {
    const { client } = await oldClient('asking', {})
    const answer = await client.callTool({ name: 'confirm', arguments: {} }).catch(String)
    expect(JSON.stringify(answer)).toMatch(/capabilit/)
    await client.close()
  })

  test('each round of an old client has an intent of its own', async () => {
    const { client } = await oldClient('asking')
    const before = intents().length
    await client.callTool({ name: 'confirm', arguments: { subject: 'twice' } })
    await vi.waitFor(() => expect(intents().length - before).toBe(2), WAIT)
    await client.close()
  })
})

describe('subscriptions', () => {
  test('old client, modern target: resources/subscribe and the stream of the session', async () => {
    const { client } = await oldClient('asking')
    const updated: string[] = []
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      updated.push(params.uri)
    })
    await client.subscribeResource({ uri: 'notes://plan' })
    await vi.waitFor(() => {
      modern.notify.resourceUpdated('notes://plan')
      expect(updated).toContain('notes://plan')
    }, WAIT)
    await client.unsubscribeResource({ uri: 'notes://plan' })
    await client.close()
  })

  test('old client, old target', async () => {
    const { client } = await oldClient('documents')
    const updated: string[] = []
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      updated.push(params.uri)
    })
    await client.callTool({ name: 'write_note', arguments: NOTE })
    await client.subscribeResource({ uri: 'acme://documents/plan-b' })
    await vi.waitFor(async () => {
      await client.callTool({ name: 'write_note', arguments: NOTE })
      expect(updated).toContain('acme://documents/plan-b')
    }, WAIT)
    await client.close()
  })

  test('modern client, old target', async () => {
    const { client } = await newClient('documents')
    const updated: string[] = []
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      updated.push(params.uri)
    })
    await client.callTool({ name: 'write_note', arguments: NOTE })
    const listening = await client.listen({ resourceSubscriptions: ['acme://documents/plan-b'] })
    await vi.waitFor(async () => {
      await client.callTool({ name: 'write_note', arguments: NOTE })
      expect(updated).toContain('acme://documents/plan-b')
    }, WAIT)
    await listening.close()
    await client.close()
  })
})

function intents() {
  return gateway.audit().filter(({ kind }) => kind === 'intent')
}
