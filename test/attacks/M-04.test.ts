// Methods that are not offered, notifications that ask for effects, and responses that nobody waits for: everything
// but the listed methods ends at the gateway.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { openSession, postOld } from '../support/old-client.ts'
import { callText, post } from '../support/post.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** What came of it, and how many requests of any kind came to the target. */
async function send(method: string, message: object) {
  const before = world.target.recording.exchanges.length
  const answer = await post(world, { method, body: JSON.stringify(message) })
  const reached = world.target.recording.exchanges.length - before
  const body = answer.body === '' ? {} : answer.json()
  const { error } = body as { error?: { code?: number } }
  return { status: answer.status, error: error?.code, reached }
}

test.each([
  'initialize2',
  'ping',
  'tools/Call',
  'tools/call ',
  'tools//call',
  'TOOLS/LIST',
  'logging/setLevel',
  'resources/subscribe',
  'tasks/cancel',
  'sampling/createMessage',
  'elicitation/create',
  'roots/list',
  'server/shutdown',
  'rpc.discover',
  'notifications/tools/list_changed',
  '__proto__',
  'constructor',
  '',
])('M-04 JSON-RPC 2.0 §5.1: the method `%s` is refused here and never sent on', async (method) => {
  const message = { jsonrpc: '2.0', id: 7, method, params: { _meta: META } }
  const came = await send(method, message)
  expect(came).toMatchObject({ reached: 0 })
  expect([
    [404, -32601],
    // An empty or padded name cannot be mirrored in a header.
    [400, -32020],
  ]).toContainEqual([came.status, came.error])
})

test.each(['tools/call', 'tools/list', 'server/discover'])(
  'M-04 JSON-RPC 2.0 §4.1: a notification `%s` has no effect and no answer',
  async (method) => {
    const params = { name: 'write_record', arguments: { id: 1, amount: 2 }, _meta: META }
    const came = await send(method, { jsonrpc: '2.0', method, params })
    expect(came).toEqual({ status: 202, error: undefined, reached: 0 })
  },
)

test.each(['notifications/cancelled', 'notifications/initialized', 'notifications/made/up'])(
  'M-04 MCP 2026-07-28: `%s` is accepted and dropped',
  async (method) => {
    const params = { requestId: 1, _meta: META }
    const came = await send(method, { jsonrpc: '2.0', method, params })
    expect(came).toEqual({ status: 202, error: undefined, reached: 0 })
  },
)

test('M-04 JSON-RPC 2.0 §4.1: an id of null makes a call neither a request nor a notification', async () => {
  const came = await send('tools/call', {
    ...(JSON.parse(callText('echo', '{}')) as object),
    id: null,
  })
  expect(came).toEqual({ status: 400, error: -32600, reached: 0 })
})

test.each([
  ['a result', { id: 1, result: { resultType: 'complete', content: [] } }],
  ['an error', { id: 1, error: { code: -32603, message: 'x' } }],
  [
    'a result beside a method',
    { id: 1, method: 'tools/call', params: { name: 'echo', _meta: META }, result: {} },
  ],
])('M-04 MCP 2026-07-28: %s sent by a client is refused', async (_what, message) => {
  const came = await send('tools/call', { jsonrpc: '2.0', ...message })
  expect(came).toEqual({ status: 400, error: -32600, reached: 0 })
})

test('M-04 MCP 2026-07-28: a batch is refused whole', async () => {
  const one = JSON.parse(callText('echo', '{}')) as object
  expect(await send('tools/call', [one, one])).toEqual({ status: 400, error: -32600, reached: 0 })
})

/** The same in a session of the old era. */
async function sendOld(message: unknown, protocolVersion = '2025-11-25') {
  const session = await openSession(world, { protocolVersion })
  const before = world.target.recording.exchanges.length
  const answer = await postOld(world, message, { session })
  const reached = world.target.recording.exchanges.length - before
  const body = answer.body === '' ? {} : answer.json()
  return {
    status: answer.status,
    error: (body as { error?: { code?: number } }).error?.code,
    reached,
  }
}

test.each([
  'server/discover',
  'subscriptions/listen',
  'tasks/list',
  'roots/list',
  'ping2',
  'constructor',
  '',
])('M-04 MCP 2025-11-25: the method `%s` is no method of the old era', async (method) => {
  const came = await sendOld({ jsonrpc: '2.0', id: 7, method, params: {} })
  expect(came).toEqual({ status: 200, error: -32601, reached: 0 })
})

test.each([
  'tools/call',
  'tools/list',
  'ping',
  'notifications/initialized',
  'notifications/made/up',
])(
  'M-04 JSON-RPC 2.0 §4.1: a notification `%s` of the old era has no effect and no answer',
  async (method) => {
    const came = await sendOld({ jsonrpc: '2.0', method, params: { name: 'echo', arguments: {} } })
    expect(came).toEqual({ status: 202, error: undefined, reached: 0 })
  },
)

test.each([
  ['a result', { id: 'abc', result: {} }],
  ['an error', { id: 1, error: { code: -32603, message: 'x' } }],
])(
  'M-04 MCP 2025-11-25: %s that nobody waits for is ignored and counted',
  async (_what, message) => {
    const counted = async () => {
      const metrics = await fetch(`http://127.0.0.1:${world.gateway.operationsPort}/metrics`)
      const [, count] =
        /^sallyport_unawaited_responses(?:_total)? (\d+)/m.exec(await metrics.text()) ?? []
      return Number(count ?? 0)
    }
    const before = await counted()
    const came = await sendOld({ jsonrpc: '2.0', ...message })
    expect(came).toEqual({ status: 202, error: undefined, reached: 0 })
    expect(await counted()).toBe(before + 1)
  },
)

test.each([
  ['a response without an id', { result: {} }],
  ['a response with both', { id: 1, result: {}, error: { code: 1, message: '' } }],
  ['a result beside a method', { id: 1, method: 'tools/call', result: {} }],
])('M-04 JSON-RPC 2.0 §5: %s is no message', async (_what, message) => {
  expect(await sendOld({ jsonrpc: '2.0', ...message })).toEqual({
    status: 400,
    error: -32600,
    reached: 0,
  })
})

const one = (id: number) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'echo', arguments: {} },
})

test.each([
  ['in a session that has none', [one(1)], '2025-06-18'],
  ['that is empty', [], '2025-03-26'],
  ['of eleven', Array.from({ length: 11 }, (_, id) => one(id)), '2025-03-26'],
  ['with one id twice', [one(1), one(1)], '2025-03-26'],
  [
    'with initialize in it',
    [one(1), { jsonrpc: '2.0', id: 2, method: 'initialize', params: {} }],
    '2025-03-26',
  ],
  ['with a modern message', [{ ...one(1), params: { name: 'echo', _meta: META } }], '2025-03-26'],
  ['with what is no message', [one(1), 'x'], '2025-03-26'],
  ['in a batch', [[one(1)]], '2025-03-26'],
])('M-04 MCP 2025-03-26: a batch %s is refused whole', async (_what, batch, version) => {
  expect(await sendOld(batch, version)).toEqual({ status: 400, error: -32600, reached: 0 })
})

test('M-04 control: the old era’s methods get their answers, and its batches where it has them', async () => {
  for (const method of ['ping', 'tools/list', 'tools/call'])
    expect(await sendOld({ ...one(1), method })).toMatchObject({ status: 200, error: undefined })
  expect(await sendOld([one(1), one(2)], '2025-03-26')).toMatchObject({ status: 200, reached: 2 })
})

test('M-04 control: the offered methods get their answers', async () => {
  for (const method of ['tools/list', 'prompts/list', 'resources/list', 'server/discover'])
    expect((await world.call({ method })).status).toBe(200)
  const came = await send('tools/call', JSON.parse(callText('echo', '{}')) as object)
  expect(came).toEqual({ status: 200, error: undefined, reached: 1 })
})
