// One call, end to end, through a started gateway.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const echo = (args: Record<string, unknown>) => ({
  method: 'tools/call',
  params: { name: 'echo', arguments: args },
})

describe('MCP 2026-07-28: tools/call through the gateway', () => {
  test('an allowed call reaches the target and its answer comes back', async () => {
    const answer = await world.call(echo({ hello: 'world' }))
    expect(answer.status).toBe(200)
    expect(answer.json()).toMatchObject({
      id: 1,
      result: { structuredContent: { tool: 'echo', arguments: { hello: 'world' } } },
    })
  })

  test('policy-audit §2.1: intent before the call, outcome after it', async () => {
    const answer = await world.call(echo({ n: 1 }))
    const id = answer.header('x-sallyport-request-id')
    await expect
      .poll(() =>
        world
          .audit()
          .filter((record) => record['requestId'] === id)
          .map((record) => record['kind']),
      )
      .toEqual(['intent', 'outcome'])
  })

  test('a person sees what policies permit, on both endpoints', async () => {
    const bare = await world.call({ method: 'tools/list' })
    const qualified = await world.call({ method: 'tools/list', path: '/mcp' })
    const names = (answer: typeof bare) =>
      (answer.json()['result'] as { tools: { name: string }[] }).tools.map(({ name }) => name)
    expect(names(bare)).toEqual(['echo', 'read_record', 'stream_records', 'write_record'])
    expect(names(qualified)).toEqual(names(bare).map((name) => `records___${name}`))
  })

  test('an answer that streams passes event by event, and the result is the last one', async () => {
    const answer = await world.call({
      method: 'tools/call',
      params: { name: 'stream_records', arguments: { count: 3 } },
      progressToken: 'p1',
    })
    const events = answer.body
      .split('\n\n')
      .filter(Boolean)
      .map(
        (event) =>
          JSON.parse(event.replace(/^event: message\ndata: /, '')) as Record<string, unknown>,
      )
    expect(events.map(({ method }) => method)).toEqual([
      'notifications/progress',
      'notifications/progress',
      'notifications/progress',
      undefined,
    ])
    expect(events.at(-1)).toMatchObject({ id: 1 })
  })

  test('a stream that breaks off ends with the reason, in the shape of a response', async () => {
    world.target.behave({ answer: 'sse-no-result' })
    const answer = await world.call({
      method: 'tools/call',
      params: {
        name: 'stream_records',
        arguments: { count: 1 },
        _meta: { 'io.modelcontextprotocol/logLevel': 'info' },
      },
    })
    world.target.behaveHonestly()
    const last = answer.body.split('\n\n').findLast((event) => event.includes('data: '))
    expect(JSON.parse(last?.replace(/^event: message\ndata: /, '') ?? '')).toMatchObject({
      id: 1,
      result: { isError: true, _meta: { 'sallyport/refusal': { code: 'call.connection_lost' } } },
    })
  })

  test('server/discover is the gateway’s own answer', async () => {
    const answer = await world.call({ method: 'server/discover' })
    expect(answer.json()).toMatchObject({
      result: {
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: {} },
        cacheScope: 'private',
      },
    })
  })
})
