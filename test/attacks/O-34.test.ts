// There is one exact table of paths. What only becomes one of them after somebody cleans it up is not there.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const get = (path: string) => world.raw({ method: 'GET', path })

async function callAt(path: string): Promise<number> {
  const params = { name: 'echo', arguments: {} }
  const { headers, body } = modernRequest({ method: 'tools/call', params, token: world.token() })
  return (await world.raw({ path, headers: Object.entries(headers), body })).status
}

// Two readers may take these for two things: refused as malformed (H-05).
test.each([
  `/x/..;${WELL_KNOWN}`,
  `/x/..;/..${WELL_KNOWN}/mcp`,
  `/x/..${WELL_KNOWN}`,
  `/./.well-known/oauth-protected-resource`,
  `/%2e%2e${WELL_KNOWN}`,
  `/%2ewell-known/oauth-protected-resource`,
  `/.well-known%2foauth-protected-resource`,
  `/.well-known%5coauth-protected-resource`,
  `/.well-known\\oauth-protected-resource`,
  `/${WELL_KNOWN}`,
  `${WELL_KNOWN}//mcp`,
  `${WELL_KNOWN};v=1`,
  `${WELL_KNOWN}%00`,
  `${WELL_KNOWN}%3bx`,
  `${WELL_KNOWN}/mcp/records/..`,
])('O-34 RFC 8615 §3: %s is no path of metadata', async (path) => {
  const answer = await get(path)
  expect(answer.status).toBe(400)
  expect(answer.body).not.toContain('authorization_servers')
})

test.each([
  '/.well-known',
  '/.well-known/',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.Well-Known/oauth-protected-resource',
  '/.well-known/OAuth-Protected-Resource',
  `/mcp${WELL_KNOWN}`,
  `/x${WELL_KNOWN}`,
  `${WELL_KNOWN}.json`,
  `${WELL_KNOWN}x`,
  `${WELL_KNOWN}/other`,
  `${WELL_KNOWN}/mcp/other`,
  `${WELL_KNOWN}/mcp/Records`,
  `${WELL_KNOWN}/mcp/records/x`,
  `${WELL_KNOWN}/mcp%20`,
  `${WELL_KNOWN}/mc%70`,
  '/',
  '/health',
  '/metrics',
])('O-34 RFC 8615 §3: nothing is at %s', async (path) => {
  const answer = await get(path)
  expect(answer.status).toBe(404)
  expect(answer.body).not.toContain('authorization_servers')
})

test.each([
  '/x/..;/mcp/records',
  '/x/../mcp/records',
  '/mcp/./records',
  '/mcp//records',
  '/mcp/records;x',
  '/mcp/records%2f',
  '/mcp/%72ecords',
  '/mcp/Records',
  '/MCP/records',
  '/mcp/records/x',
  '/mcp/recordsx',
  '/mcp/record',
  '/x/mcp/records',
])('O-34 RFC 9110 §4.2.3: a call at %s reaches nothing', async (path) => {
  const before = world.callsAtTarget().length
  expect([400, 404]).toContain(await callAt(path))
  expect(world.callsAtTarget()).toHaveLength(before)
})

test('O-34 control: every path of the table is served, with and without its slash', async () => {
  for (const path of ['', '/mcp', '/mcp/', '/mcp/records', '/mcp/records/']) {
    const answer = await get(`${WELL_KNOWN}${path}`)
    expect(answer.status).toBe(200)
    expect(answer.json()).toMatchObject({ resource: `${world.publicUrl}${path || '/mcp'}` })
  }
  for (const path of ['/mcp/records', '/mcp/records/']) expect(await callAt(path)).toBe(200)
})
