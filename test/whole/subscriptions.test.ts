// Subscriptions of the modern era (MCP 2026-07-28, `subscriptions/listen`) through a whole gateway: a target of the SDK
// tells of changes, and each listener hears of what is theirs, while it is theirs.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startAskingTarget, type AskingTarget } from '../support/asking-target.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { untilOffered } from '../support/until-offered.ts'
import { openStream, type OpenStream } from '../support/open-stream.ts'

const WAIT = { timeout: 10_000, interval: 50 }
const POLICY = `@id("analysts")
permit (principal is AgentCore::OAuthUser, action, resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|settlement-analysts|*" };

@id("no-diaries")
forbid (principal, action == AgentCore::Action::"asking___resource:read", resource)
when { context.input.uri == "notes://diary" };
`
let target: AskingTarget
let gateway: TestGateway
beforeAll(async () => {
  target = await startAskingTarget()
  gateway = await startTestGateway({
    policies: POLICY,
    yaml: `  asking: { kind: mcp, url: "${target.url}", allowInsecureTarget: true }`,
  })
  await untilOffered(gateway, 'asking')
})
afterAll(async () => {
  await gateway.stop()
  await target.stop()
})

function listen(notifications: object, claims: object = {}): Promise<OpenStream> {
  const { headers, body } = modernRequest({
    method: 'subscriptions/listen',
    id: 'l1',
    token: gateway.token({ resource: gateway.resource('asking'), claims: { ...claims } }),
    params: { notifications },
  })
  return openStream(gateway.resource('asking'), headers, body)
}

const ID = { 'io.modelcontextprotocol/subscriptionId': 'l1' }

describe('subscriptions/listen', () => {
  test('the SDK’s client listens, and is told of its resource', async () => {
    const client = new Client(
      { name: 'a client', version: '1.0.0' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    )
    const updated: string[] = []
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      updated.push(params.uri)
    })
    const url = new URL(gateway.resource('asking'))
    const authorization = `Bearer ${gateway.token({ resource: url.href })}`
    await client.connect(
      new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization } } }),
    )
    const subscription = await client.listen({ resourceSubscriptions: ['notes://plan'] })
    expect(subscription.honoredFilter).toEqual({ resourceSubscriptions: ['notes://plan'] })
    await vi.waitFor(() => {
      target.notify.resourceUpdated('notes://plan')
      expect(updated).toContain('notes://plan')
    }, WAIT)
    await subscription.close()
    await client.close()
  })

  test('the acknowledgement comes first, and honours what this person may read alone', async () => {
    const stream = await listen({
      toolsListChanged: true,
      resourceSubscriptions: ['notes://plan', 'notes://diary'],
    })
    await vi.waitFor(() => expect(stream.messages).toHaveLength(1), WAIT)
    expect(stream.messages[0]).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/subscriptions/acknowledged',
      params: {
        notifications: { toolsListChanged: true, resourceSubscriptions: ['notes://plan'] },
        _meta: ID,
      },
    })
    stream.close()
    await vi.waitFor(() => {
      const kinds = gateway.audit().filter(({ kind }) => kind === 'stream')
      expect(JSON.stringify(kinds)).toContain('"change":"opened"')
      expect(JSON.stringify(kinds)).toContain('"ended":"client_gone"')
      expect(JSON.stringify(kinds)).not.toContain('notes://')
    }, WAIT)
  })

  test('a change of policy is told to whom it changes the list, once', async () => {
    const analyst = await listen({ toolsListChanged: true })
    const other = await listen({ toolsListChanged: true }, { groups: ['others'], sub: 'bob' })
    await vi.waitFor(
      () => expect([analyst.messages.length, other.messages.length]).toEqual([1, 1]),
      WAIT,
    )
    const file = join(gateway.folder, 'policies/test.cedar')
    const forbid = `@id("no-steal")\nforbid (principal, action == AgentCore::Action::"asking___steal", resource);\n`
    writeFileSync(file, `${POLICY}\n${forbid}`)
    // The watch of the folder may be first.
    expect((await gateway.gateway.reload()).outcome).not.toBe('kept')
    await vi.waitFor(() => expect(analyst.messages).toHaveLength(2), WAIT)
    expect(analyst.messages[1]).toMatchObject({
      method: 'notifications/tools/list_changed',
      params: { _meta: ID },
    })
    expect(other.messages).toHaveLength(1)
    analyst.close()
    other.close()
    writeFileSync(file, POLICY)
    await gateway.gateway.reload()
  })

  test('one subscription at the target serves everybody, and ends with the last of them', async () => {
    await vi.waitFor(() => expect(target.listening()).toBe(0), WAIT)
    const streams = await Promise.all(
      ['plan', 'plan', 'plan'].map((id) => listen({ resourceSubscriptions: [`notes://${id}`] })),
    )
    await vi.waitFor(() => {
      target.notify.resourceUpdated('notes://plan')
      expect(streams.every(({ messages }) => messages.length > 1)).toBe(true)
    }, WAIT)
    expect(target.listening()).toBe(1)
    for (const stream of streams) stream.close()
    await vi.waitFor(() => expect(target.listening()).toBe(0), WAIT)
  })

  test('ends in good order with its token', async () => {
    const stream = await listen({ toolsListChanged: true }, { sub: 'zoe' })
    await vi.waitFor(() => expect(stream.messages).toHaveLength(1), WAIT)
    const shortly = Math.floor(Date.now() / 1000) + 2
    const short = await listen({ toolsListChanged: true }, { sub: 'zoe', exp: shortly })
    await vi.waitFor(() => expect(short.ended()).toBe(true), WAIT)
    expect(short.messages.at(-1)).toMatchObject({ id: 'l1', result: { resultType: 'complete' } })
    expect(stream.ended()).toBe(false)
    stream.close()
  })
})
