// Every route with every method and no credential: 401, except what is listed here by name. What is not in the table
// does not exist.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRoutes } from '@sallyport/gateway/routes.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { post } from '../support/post.ts'
import { codeOf } from '../support/present.ts'
import { sendRaw } from '../support/raw.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
/** All that is answered without a credential; RFC 9728 §3 wants it public. */
const PUBLIC = [
  WELL_KNOWN,
  `${WELL_KNOWN}/mcp`,
  `${WELL_KNOWN}/mcp/`,
  `${WELL_KNOWN}/mcp/records`,
  `${WELL_KNOWN}/mcp/records/`,
]
const PROTECTED = ['/mcp', '/mcp/', '/mcp/records', '/mcp/records/']
const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'TRACE',
  'QUERY',
  'PROPFIND',
  'REPORT',
]

let world: TestGateway
let reached: number
beforeAll(async () => {
  world = await startTestGateway()
  reached = world.target.recording.exchanges.length
})
afterAll(async () => {
  await world.stop()
})

/** `Connection: close`, because the length of an answer to HEAD is that of no body. */
const bare = (method: string, path: string, headers: readonly (readonly [string, string])[] = []) =>
  world.raw({ method, path, headers: [...headers, ['Connection', 'close']] })

test('M-26 MCP authorization: the table of routes holds what this test knows and nothing else', () => {
  const routes = createRoutes(world.publicUrl, ['records'])
  expect([...routes.keys()].sort()).toEqual([...PUBLIC, ...PROTECTED].sort())
})

test.each(METHODS)(
  'M-26 RFC 9728 §5.1: %s without a credential is challenged on every protected route',
  async (method) => {
    for (const path of PROTECTED) {
      const answer = await bare(method, path)
      expect([path, answer.status]).toEqual([path, 401])
      expect(answer.header('www-authenticate')).toMatch(/^Bearer .*resource_metadata="/)
    }
  },
)

test.each(METHODS)(
  'M-26 RFC 9728 §3: %s on the public routes reads metadata or is refused',
  async (method) => {
    const expected = method === 'GET' || method === 'HEAD' ? 200 : 405
    for (const path of PUBLIC)
      expect([path, (await bare(method, path)).status]).toEqual([path, expected])
  },
)

test('M-26 Fetch §3.3: a preflight says what may be sent and does nothing', async () => {
  for (const path of [...PUBLIC, ...PROTECTED]) {
    const answer = await bare('OPTIONS', path, [['Origin', world.publicUrl]])
    expect([path, answer.status, answer.body]).toEqual([path, 204, ''])
  }
})

test('M-26 RFC 9110 §9.3.6: CONNECT and unknown methods reach nothing', async () => {
  const host = `Host: 127.0.0.1:${world.port}\r\n\r\n`
  expect((await sendRaw(world.port, `CONNECT 127.0.0.1:1 HTTP/1.1\r\n${host}`)).status).toBe(405)
  expect((await sendRaw(world.port, `FOO /mcp HTTP/1.1\r\n${host}`)).status).toBe(400)
})

test.each([
  'tools/call',
  'tools/list',
  'server/discover',
  'initialize',
  'ping',
  'notifications/initialized',
])('M-26 MCP authorization: `%s` without a credential is challenged', async (method) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {} })
  const answer = await post(world, { method, body, set: { authorization: undefined } })
  expect([answer.status, codeOf(answer)]).toEqual([401, 'identify.no_token'])
})

test.each([
  ['', 401],
  ['Bearer', 401],
  ['Bearer ', 401],
  ['Bearer null', 401],
  ['Bearer undefined', 401],
  ['Bearer ..', 401],
  ['Basic YWRtaW46YWRtaW4=', 401],
  ['Negotiate x', 401],
  ['bearer: x', 401],
])('M-26 RFC 6750 §3: `Authorization: %s` is no credential', async (authorization, status) => {
  expect((await post(world, { set: { authorization } })).status).toBe(status)
})

test('M-26 MCP authorization: a caller is not believed for what it says about itself', async () => {
  const headers = [
    ['X-Forwarded-User', 'alice'],
    ['X-Remote-User', 'alice'],
    ['Remote-User', 'alice'],
    ['X-Amzn-Oidc-Identity', 'alice'],
    ['X-Sallyport-User', 'alice'],
    ['X-Original-URL', WELL_KNOWN],
    ['X-HTTP-Method-Override', 'OPTIONS'],
    ['Cookie', 'session=1'],
    ['Mcp-Session-Id', '1'],
  ] as const
  for (const header of headers) expect((await bare('POST', '/mcp', [header])).status).toBe(401)
})

test.each([
  '/',
  '/MCP',
  '/mcp//records',
  '/mcp/records/x',
  '/mcp/nothing',
  '/admin',
  '/.well-known/',
  '/login',
  '/sse',
  '/messages',
])('M-26 O-34: %s is not in the table and does not exist', async (path) => {
  expect([400, 404]).toContain((await bare('GET', path)).status)
})

test('M-26 MCP authorization: nothing of all this reached the target', () => {
  expect(world.target.recording.exchanges).toHaveLength(reached)
})

test('M-26 control: with a credential the same route answers', async () => {
  reached += 1
  expect((await post(world)).status).toBe(200)
})
