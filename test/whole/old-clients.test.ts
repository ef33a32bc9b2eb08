// Clients of the old era from connect to result and denial (protocol §3, §4): the SDK's client of that era, and the new
// one's in its default, old, manner, against a target of the modern era.
import {
  Client as NewClient,
  StreamableHTTPClientTransport as NewTransport,
} from '@modelcontextprotocol/client'
import { startGateway } from '@sallyport/gateway/app.ts'
import { loadConfig } from '@sallyport/gateway/config/load.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { connectOld, openSession, postOld } from '../support/old-client.ts'
import { order } from '../support/operator.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())
beforeEach(() => {
  world.target.behaveHonestly()
  world.target.recording.clear()
})

const call = (id: number, name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
})

describe('MCP 2025-11-25: the client of SDK v1', () => {
  test('goes from connect to list, result and denial, and ends its session', async () => {
    const { client, transport } = await connectOld(world)
    expect(transport.protocolVersion).toBe('2025-11-25')
    expect(client.getServerVersion()?.name).toBe('sallyport')
    expect(client.getServerCapabilities()).toMatchObject({ tools: {}, logging: {} })
    const { tools, ...rest } = await client.listTools()
    const names = tools.map(({ name }) => name)
    expect(names).toContain('echo')
    expect(names).not.toContain('delete_record')
    expect(rest).toEqual({})
    const result = await client.callTool({ name: 'echo', arguments: { a: 1 } })
    expect(result).toMatchObject({ structuredContent: { arguments: { a: 1 } } })
    expect(result).not.toHaveProperty('resultType')
    const hidden = client.callTool({ name: 'delete_record', arguments: { id: 1 } })
    await expect(hidden).rejects.toMatchObject({ code: -32_602 })
    expect(world.target.recording.calls('delete_record')).toEqual([])
    await client.ping()
    await transport.terminateSession()
    await client.close()
  })

  test('asks the target in the way of the new era, with what the session declared', async () => {
    const { client } = await connectOld(world, { capabilities: { elicitation: {} } })
    await client.setLoggingLevel('warning')
    await client.callTool({ name: 'echo', arguments: {} })
    const [sent] = world.callsAtTarget()
    expect(JSON.parse(sent ?? '')).toMatchObject({
      params: {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'old', version: '1' },
          'io.modelcontextprotocol/logLevel': 'warning',
        },
      },
    })
    const [exchange] = world.target.recording.calls('echo')
    expect(exchange?.headers.get('mcp-name')).toBe('echo')
    expect(exchange?.headers.has('mcp-session-id')).toBe(false)
    await client.close()
  })

  test('hears of progress under its own token', async () => {
    const { client } = await connectOld(world)
    const heard: number[] = []
    const result = await client.callTool(
      { name: 'stream_records', arguments: { count: 3 } },
      undefined,
      { onprogress: ({ progress }) => heard.push(progress) },
    )
    expect(heard).toEqual([1, 2, 3])
    expect(result).not.toHaveProperty('resultType')
    await client.close()
  })

  test('cancels what it has asked for, and the target hears of it', async () => {
    const { client } = await connectOld(world)
    world.target.behave({ beforeHeadMs: 10_000 })
    const abort = new AbortController()
    const asked = client.callTool({ name: 'echo', arguments: {} }, undefined, {
      signal: abort.signal,
    })
    const settled = asked.then(
      () => 'answered',
      () => 'cancelled',
    )
    await expect.poll(() => world.callsAtTarget().length).toBe(1)
    abort.abort('not wanted')
    expect(await settled).toBe('cancelled')
    await expect.poll(() => world.target.recording.broken()).toBe(1)
    const outcomes = () => world.audit().filter(({ kind }) => kind === 'outcome')
    await expect.poll(() => outcomes().at(-1)).toMatchObject({ class: 'cancelled' })
    await client.close()
  })

  test('goes on with its session after the gateway was started again', async () => {
    const { client, transport } = await connectOld(world)
    await client.setLoggingLevel('error')
    const session = transport.sessionId
    await world.gateway.close({ serveOnMs: 0, finishMs: 1000 })
    const loaded = await loadConfig(world.configFile, {})
    if ('problems' in loaded) throw new Error('no configuration')
    const gateway = await startGateway({
      loaded,
      environment: {},
      stream: { write: () => undefined },
    })
    Object.assign(world, { gateway })
    await expect.poll(async () => (await client.listTools()).tools.length).toBeGreaterThan(0)
    await client.callTool({ name: 'echo', arguments: {} })
    expect(world.callsAtTarget().at(-1)).toContain('"io.modelcontextprotocol/logLevel":"error"')
    expect(transport.sessionId).toBe(session)
    await client.close()
  })
})

test('MCP 2026-07-28: the client of SDK v2, in its default manner, is served in the old era', async () => {
  const client = new NewClient({ name: 'new', version: '1' })
  const transport = new NewTransport(new URL(world.resource('records')), {
    requestInit: { headers: { authorization: `Bearer ${world.token()}` } },
  })
  await client.connect(transport)
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo')
  const result = await client.callTool({ name: 'echo', arguments: { b: 2 } })
  expect(result.structuredContent).toMatchObject({ arguments: { b: 2 } })
  const hidden = client.callTool({ name: 'delete_record', arguments: { id: 1 } })
  await expect(hidden).rejects.toThrow('there is no such tool')
  await client.close()
})

test('MCP 2025-03-26: the entries of a batch are authorised and audited alone, and one denial denies no other', async () => {
  const session = await openSession(world, { protocolVersion: '2025-03-26' })
  const batch = [
    call(1, 'echo', { n: 1 }),
    call(2, 'delete_record', { id: 1 }),
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 3, method: 'ping' },
    call(4, 'stream_records', { count: 2 }),
  ]
  const before = world.audit().filter(({ kind }) => kind === 'intent').length
  const answer = await postOld(world, batch, { session })
  const responses = JSON.parse(answer.body) as { id: number; result?: object; error?: object }[]
  const byId = new Map(responses.map((response) => [response.id, response]))
  expect(responses.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4])
  expect(byId.get(1)?.result).toMatchObject({ structuredContent: { arguments: { n: 1 } } })
  expect(byId.get(2)?.error).toMatchObject({ code: -32_602 })
  expect(byId.get(3)?.result).toEqual({})
  expect(byId.get(4)?.result).toHaveProperty('content')
  expect(world.target.recording.calls('delete_record')).toEqual([])
  const intents = () => world.audit().filter(({ kind }) => kind === 'intent').length
  await expect.poll(intents).toBe(before + 2)
  const ids = world.audit().flatMap(({ requestId }) => (requestId === undefined ? [] : requestId))
  expect(new Set(ids).size).toBeGreaterThanOrEqual(3)
})

test('MCP 2025-03-26: a batch of what wants no answer is accepted', async () => {
  const session = await openSession(world, { protocolVersion: '2025-03-26' })
  const note = { jsonrpc: '2.0', method: 'notifications/initialized' }
  const answer = await postOld(world, [note, note], { session })
  expect([answer.status, answer.body]).toEqual([202, ''])
})

test('protocol §3: a client that leaves has not cancelled', async () => {
  const session = await openSession(world)
  world.target.behave({ beforeHeadMs: 700 })
  const abort = new AbortController()
  const left = fetch(world.resource('records'), {
    method: 'POST',
    signal: abort.signal,
    headers: {
      authorization: `Bearer ${world.token()}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': session,
    },
    body: JSON.stringify(call(1, 'stream_records', { count: 2 })),
  }).catch(() => 'left')
  await expect.poll(() => world.callsAtTarget().length).toBe(1)
  abort.abort()
  expect(await left).toBe('left')
  const last = () => world.audit().findLast(({ kind }) => kind === 'outcome')
  await expect.poll(last, { timeout: 5_000 }).toMatchObject({ class: 'ok' })
  expect(world.target.recording.broken()).toBe(0)
})

describe('MCP 2025-11-25, basic/transports: the stream of a session', () => {
  const open = (session: string, token = world.token()) =>
    fetch(world.resource('records'), {
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'text/event-stream',
        'mcp-session-id': session,
        'last-event-id': '17',
      },
    })

  test('opens, and ends when the person is revoked', async () => {
    const token = world.token({ claims: { sub: 'carol' } })
    const session = await openSession(world, { token })
    const answer = await open(session, token)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    const read = answer.text().then(
      () => 'ended',
      () => 'ended',
    )
    expect((await order(world, '/revoke', { user: 'carol' })).status).toBe(200)
    expect(await read).toBe('ended')
    expect((await open(session, token)).status).toBe(401)
  })

  test('ends with its session', async () => {
    const session = await openSession(world)
    const read = (await open(session)).text().catch(() => '')
    const headers = { authorization: `Bearer ${world.token()}`, 'mcp-session-id': session }
    const ended = await fetch(world.resource('records'), { method: 'DELETE', headers })
    expect(ended.ok).toBe(true)
    expect(await read).not.toContain('data:')
  })

  test('needs a session, and a client that reads streams', async () => {
    const headers = { authorization: `Bearer ${world.token()}`, accept: 'text/event-stream' }
    expect((await fetch(world.resource('records'), { headers })).status).toBe(405)
    const session = await openSession(world)
    const json = { ...headers, accept: 'application/json', 'mcp-session-id': session }
    expect((await fetch(world.resource('records'), { headers: json })).status).toBe(406)
  })
})
