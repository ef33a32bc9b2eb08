// Cancellation and progress of somebody else's request: ids of requests and progress tokens count within one session of
// one person, whoever guesses them elsewhere reaches nothing.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { openSession, postOld } from '../support/old-client.ts'

let world: TestGateway
let mallory: string
beforeAll(async () => {
  world = await startTestGateway()
  mallory = world.token({ claims: { sub: 'mallory' } })
})
afterAll(() => world.stop())
beforeEach(() => {
  world.target.behaveHonestly()
  world.target.recording.clear()
})

const call = (id: string | number, params: object = { name: 'echo', arguments: {} }) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params,
})
const cancelled = (requestId: unknown) => ({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId, reason: 'not wanted' },
})
const underWay = () => expect.poll(() => world.callsAtTarget().length).toBe(1)

/** A call of Alice that takes its time; how it ended, and whether it was broken off at the target. */
async function slowCall(meanwhile: (session: string) => Promise<unknown>, id: string | number = 7) {
  const session = await openSession(world)
  world.target.behave({ beforeHeadMs: 600 })
  const answer = postOld(world, call(id), { session })
  await underWay()
  await meanwhile(session)
  const { result } = (await answer).json() as { result?: { isError?: boolean } }
  return { isError: result?.isError === true, broken: world.target.recording.broken() }
}
const UNTOUCHED = { isError: false, broken: 0 }

test('M-25 MCP 2025-11-25: the same id in another session of another person cancels nothing', async () => {
  const came = await slowCall(async () => {
    const session = await openSession(world, { token: mallory })
    expect((await postOld(world, cancelled(7), { session, token: mallory })).status).toBe(202)
  })
  expect(came).toEqual(UNTOUCHED)
})

test('M-25 MCP 2025-11-25: the session of somebody else is no way to its requests', async () => {
  const came = await slowCall(async (session) => {
    expect((await postOld(world, cancelled(7), { session, token: mallory })).status).toBe(404)
    expect((await postOld(world, cancelled(7), {})).status).toBe(400)
  })
  expect(came).toEqual(UNTOUCHED)
})

test('M-25 MCP 2025-11-25: another session of the same person cancels nothing', async () => {
  const came = await slowCall(async () => {
    await postOld(world, cancelled(7), { session: await openSession(world) })
  })
  expect(came).toEqual(UNTOUCHED)
})

test('M-25 JSON-RPC 2.0 §4: an id of another type, and no id at all, name nothing', async () => {
  const came = await slowCall(async (session) => {
    for (const id of ['7', 7.5, null, undefined, [7], { id: 7 }, true]) {
      expect((await postOld(world, cancelled(id), { session })).status).toBe(202)
    }
  })
  expect(came).toEqual(UNTOUCHED)
})

test('M-25 MCP 2026-07-28: a notification of the modern era cancels nothing', async () => {
  const came = await slowCall(async () => {
    const params = {
      requestId: 7,
      _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' },
    }
    const message = { ...cancelled(7), params }
    expect((await postOld(world, message, { version: '2026-07-28' })).status).toBe(202)
  })
  expect(came).toEqual(UNTOUCHED)
})

test('M-25 MCP 2025-11-25: progress under the token of somebody else’s request does not pass', async () => {
  const note = (token: unknown) =>
    JSON.stringify({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: token, progress: 1 },
    })
  const result = '{"jsonrpc":"2.0","id":{id},"result":{"resultType":"complete","content":[]}}'
  const text = [note('theirs'), note('mine'), note(1), result]
    .map((data) => `data: ${data}\n\n`)
    .join('')
  world.target.behave({ answer: 'verbatim', text, mediaType: 'text/event-stream' })
  const session = await openSession(world)
  const params = { name: 'echo', arguments: {}, _meta: { progressToken: 'mine' } }
  const { body } = await postOld(world, call(3, params), { session })
  expect(body).toContain('"progressToken":"mine"')
  expect(body).not.toContain('theirs')
  expect(body).not.toContain('"progressToken":1')
})

test('M-25 control: whoever made a request cancels it, in its own session', async () => {
  const came = await slowCall(async (session) => {
    expect((await postOld(world, cancelled(7), { session })).status).toBe(202)
    await expect.poll(() => world.target.recording.broken()).toBe(1)
  })
  expect(came).toMatchObject({ isError: true })
})
