// Many calls in one request, to get more than one decision's worth: only revision 2025-03-26 has batches, at most ten
// entries long, and each entry is decided, counted and recorded as if it had come alone.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { openSession, postOld } from '../support/old-client.ts'
import { post } from '../support/post.ts'

let world: TestGateway
let modernOnly: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
  modernOnly = await startTestGateway({ yaml: 'minProtocol: 2026-07-28' })
})
afterAll(async () => {
  await world.stop()
  await modernOnly.stop()
})
beforeEach(() => world.target.recording.clear())

const call = (id: number, name = 'echo') => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: { n: id } },
})
const calls = (count: number) => Array.from({ length: count }, (_, at) => call(at))
const modern = (id: number) => ({
  ...call(id),
  params: {
    ...call(id).params,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
})

type Said = { readonly id: number; readonly result?: object; readonly error?: { code: number } }
const saidIn = (body: string) => JSON.parse(body) as readonly Said[]

test('M-03 MCP 2026-07-28: an array is refused on a modern-only route and on one of both eras', async () => {
  for (const at of [modernOnly, world]) {
    const before = at.callsAtTarget().length
    const answer = await post(at, { body: JSON.stringify([modern(1), modern(2)]) })
    expect(answer.status).toBe(400)
    expect(at.callsAtTarget().length).toBe(before)
  }
})

test.each(['2025-06-18', '2025-11-25'])(
  'M-03 MCP %s: an array in a session of it is refused',
  async (protocolVersion) => {
    const session = await openSession(world, { protocolVersion })
    expect((await postOld(world, calls(2), { session })).status).toBe(400)
    expect(world.callsAtTarget()).toEqual([])
  },
)

test('M-03 MCP 2025-03-26: eleven entries are refused whole', async () => {
  const session = await openSession(world, { protocolVersion: '2025-03-26' })
  expect((await postOld(world, calls(11), { session })).status).toBe(400)
  expect((await postOld(world, calls(1000), { session })).status).toBe(400)
  expect(world.callsAtTarget()).toEqual([])
})

test('M-03 MCP 2025-03-26: a denied entry is denied between permitted ones', async () => {
  const session = await openSession(world, { protocolVersion: '2025-03-26' })
  const batch = [call(1), call(2, 'delete_record'), call(3), call(4, 'no_such_tool')]
  const said = saidIn((await postOld(world, batch, { session })).body)
  const codes = new Map(said.map(({ id, error }) => [id, error?.code]))
  expect(codes).toEqual(
    new Map([
      [1, undefined],
      [2, -32_602],
      [3, undefined],
      [4, -32_602],
    ]),
  )
  expect(world.callsAtTarget().length).toBe(2)
})

test.each([
  ['an empty array', []],
  ['an array in an array', [[call(1)]]],
  ['`initialize` in a batch', [{ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }]],
  ['two requests of one id', [call(1), call(1)]],
  ['a message of the modern era in a batch', [modern(1)]],
  ['something that is no message', [call(1), 7]],
])('M-03 MCP 2025-03-26: %s is refused, and nothing of it is called', async (_what, batch) => {
  const session = await openSession(world, { protocolVersion: '2025-03-26' })
  expect((await postOld(world, batch, { session })).status).toBe(400)
  expect(world.callsAtTarget()).toEqual([])
})

test('M-03 policy-audit §4: the entries of a batch spend the budget of as many calls', async () => {
  const limited = await startTestGateway({
    yaml: 'rateLimits: { tool: { perMinute: 1, burst: 4 } }',
  })
  try {
    const session = await openSession(limited, { protocolVersion: '2025-03-26' })
    const said = saidIn((await postOld(limited, calls(10), { session })).body)
    expect(said.filter(({ result }) => result !== undefined).length).toBe(4)
    expect(limited.callsAtTarget().length).toBe(4)
  } finally {
    await limited.stop()
  }
})

test('M-03 control: ten entries that are permitted are all carried out', async () => {
  const session = await openSession(world, { protocolVersion: '2025-03-26' })
  const said = saidIn((await postOld(world, calls(10), { session })).body)
  expect(said.filter(({ result }) => result !== undefined).length).toBe(10)
  expect(world.callsAtTarget().length).toBe(10)
})
