// Credentials in the query are refused under every spelling of their name, also beside a good header, and are
// written down nowhere.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const params = { name: 'echo', arguments: {} }

async function callAt(path: string, token?: string) {
  const { headers, body } = modernRequest({
    method: 'tools/call',
    params,
    ...(token === undefined ? {} : { token }),
  })
  const answer = await world.raw({ path, headers: Object.entries(headers), body })
  return { status: answer.status, code: codeOf(answer) }
}

const REFUSED = { status: 400, code: 'identify.token_in_query' }
const NAMES = [
  'access_token',
  'Access_Token',
  'ACCESS-TOKEN',
  'accessToken',
  'access%5Ftoken',
  'acces%73_token',
  'access+token',
  'access_token[]',
  'token',
  'id_token',
  'bearer',
  'authorization',
  'client_secret',
  'client_assertion',
  'password',
  'api_key',
  'apikey',
  'DPoP',
]

test.each(NAMES)('O-27 OAuth 2.1 §5.1: a token as %s in the query is refused', async (name) => {
  const token = world.token()
  const before = world.callsAtTarget().length
  expect(await callAt(`/mcp/records?${name}=${token}`)).toEqual(REFUSED)
  // RFC 6750 §2: nor is it a second way beside the header, wherever in the query it stands.
  expect(await callAt(`/mcp/records/?a=1&${name}=${token}`, token)).toEqual(REFUSED)
  expect(await callAt(`/mcp/records?a=1;${name}=${token}`, token)).toEqual(REFUSED)
  expect(world.callsAtTarget()).toHaveLength(before)
})

test('O-27 OAuth 2.1 §5.1: it is refused even where nothing is in it', async () => {
  expect(await callAt('/mcp/records?access_token', world.token())).toEqual(REFUSED)
  expect(await callAt('/mcp/records?access_token=', world.token())).toEqual(REFUSED)
})

test('O-27 OAuth 2.1 §5.1: a token in a form is no token', async () => {
  const answer = await world.raw({
    path: '/mcp/records',
    headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    body: `access_token=${world.token()}`,
  })
  expect(answer.status).toBe(401)
})

test('O-27 RFC 6750 §5.3: neither the query nor the token in it is in the log or the audit', async () => {
  const token = world.token()
  await callAt(`/mcp/records?access_token=${token}&q=query-canary`)
  const written = world.log() + JSON.stringify(world.audit())
  expect(written).toContain('identify.token_in_query')
  for (const piece of ['query-canary', ...token.split('.').slice(1)]) {
    expect(written.includes(piece)).toBe(false)
  }
})

test('O-27 control: a query without credentials decides nothing', async () => {
  const token = world.token()
  for (const query of ['?', '?a=1', '?tokens=3&session=x', '?q=access_token']) {
    expect(await callAt(`/mcp/records${query}`, token)).toEqual({ status: 200, code: undefined })
  }
})
