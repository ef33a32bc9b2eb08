// The id of a session in the hands of somebody else, altered, ended or made up: it is bound to the person, the client and
// the endpoint that opened it, it never stands for a sign-in, and what is not yours is as if it were not there.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { openSession, postOld } from '../support/old-client.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'echo', arguments: {} },
}
const THERE_IS_NONE = [404, -32001, 0]

/** Status, JSON-RPC code, and how many calls came to the target. */
async function callWith(session: string, token?: string, path = '/mcp/records') {
  const before = world.callsAtTarget().length
  const answer = await postOld(world, CALL, {
    session,
    path,
    ...(token === undefined ? {} : { token }),
  })
  const { error } = answer.json() as { error?: { code?: number } }
  return [answer.status, error?.code, world.callsAtTarget().length - before]
}

const tokenOf = (claims: Record<string, unknown>) => world.token({ claims })
const verb = (method: string, session: string, token = world.token()) =>
  world.raw({
    method,
    path: '/mcp/records',
    headers: [
      ['Authorization', `Bearer ${token}`],
      ['Accept', 'text/event-stream'],
      ['Mcp-Session-Id', session],
    ],
  })

test('M-07 MCP 2025-11-25: another person, or another client of the same person, has no such session', async () => {
  const session = await openSession(world)
  for (const claims of [{ sub: 'mallory' }, { client_id: 'other-client' }]) {
    expect(await callWith(session, tokenOf(claims))).toEqual(THERE_IS_NONE)
    expect((await verb('GET', session, tokenOf(claims))).status).toBe(404)
  }
})

test('M-07 MCP 2025-11-25: another person cannot end a session', async () => {
  const session = await openSession(world)
  expect((await verb('DELETE', session, tokenOf({ sub: 'mallory' }))).status).toBe(404)
  expect(await callWith(session)).toEqual([200, undefined, 1])
})

test('M-07 RFC 8707: a session of one endpoint is none at another', async () => {
  const session = await openSession(world)
  const token = world.token({ resource: world.resource() })
  expect(await callWith(session, token, '/mcp')).toEqual(THERE_IS_NONE)
})

test('M-07 SP 800-38D: an id in which any character is changed, cut off or added is none', async () => {
  const session = await openSession(world)
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const places = Array.from({ length: 12 }, (_, n) => Math.floor((n * session.length) / 12))
  for (const at of [...places, session.length - 1]) {
    const other = letters[(letters.indexOf(session[at] as string) + 1) % 64]
    const altered = `${session.slice(0, at)}${other}${session.slice(at + 1)}`
    expect(await callWith(altered)).toEqual(THERE_IS_NONE)
  }
  for (const altered of [session.slice(0, -1), session.slice(1), `${session}A`, `${session}=`]) {
    expect(await callWith(altered)).toEqual(THERE_IS_NONE)
  }
})

test('M-07 MCP 2025-11-25: made-up ids are none, and ids are never the same', async () => {
  for (const made of ['1', 'x'.repeat(200), '../etc', '%00', '0'.repeat(8_000)]) {
    expect(await callWith(made)).toEqual(THERE_IS_NONE)
  }
  const ids = await Promise.all(Array.from({ length: 20 }, () => openSession(world)))
  expect(new Set(ids).size).toBe(20)
  // 128 bits, and more than that is sealed beside them.
  for (const id of ids) expect(Buffer.from(id, 'base64url').length).toBeGreaterThan(60)
})

test('M-07 MCP 2025-11-25: what was ended is gone for everybody', async () => {
  const session = await openSession(world)
  expect((await verb('DELETE', session)).status).toBeLessThan(300)
  expect(await callWith(session)).toEqual(THERE_IS_NONE)
  expect((await verb('GET', session)).status).toBe(404)
  expect((await verb('DELETE', session)).status).toBe(404)
})

test('M-07 MCP 2025-11-25: a session is no sign-in', async () => {
  const session = await openSession(world)
  const withoutToken = await postOld(world, CALL, { session, set: { authorization: undefined } })
  expect(withoutToken.status).toBe(401)
  const expired = tokenOf({ exp: Math.floor(Date.now() / 1000) - 3600 })
  expect((await postOld(world, CALL, { session, token: expired })).status).toBe(401)
  const groupless = tokenOf({ groups: ['visitors'] })
  expect(await callWith(session, groupless)).toEqual([200, -32602, 0])
})

test('M-07 RFC 9110 §5.3: two ids in one request are refused', async () => {
  const session = await openSession(world)
  const answer = await world.raw({
    path: '/mcp/records',
    headers: [
      ['Authorization', `Bearer ${world.token()}`],
      ['Content-Type', 'application/json'],
      ['Accept', 'application/json, text/event-stream'],
      ['Mcp-Session-Id', session],
      ['mcp-session-id', session],
    ],
    body: JSON.stringify(CALL),
  })
  expect(answer.status).toBe(400)
})

test('M-07 control: whoever opened a session calls in it, with a newer token too', async () => {
  const session = await openSession(world)
  expect(await callWith(session)).toEqual([200, undefined, 1])
  expect(await callWith(session, tokenOf({ jti: 'another' }))).toEqual([200, undefined, 1])
})
