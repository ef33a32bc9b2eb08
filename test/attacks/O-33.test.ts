// Whatever Host or a forwarding header says, every URL that the gateway publishes comes from `publicUrl`; a host
// that it does not have is refused. Redirects, DPoP and assertions do not exist in this version.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
type Headers = readonly (readonly [string, string])[]
const metadata = (headers: Headers, path = `${WELL_KNOWN}/mcp/records`) =>
  world.raw({ method: 'GET', path, headers })

test.each([
  'evil.example.test',
  'evil.example.test:443',
  '127.0.0.1',
  '127.0.0.1:1',
  'localhost',
  '[::1]:1',
  'gate.acme.example',
])('O-33 RFC 9110 §15.5.20: Host %s is misdirected', async (host) => {
  expect((await metadata([['Host', host]])).status).toBe(421)
  const answer = await world.raw({ path: '/mcp/records', headers: [['Host', host]], body: '{}' })
  expect(answer.status).toBe(421)
  expect(answer.body + JSON.stringify(answer.headers)).not.toContain('evil')
})

test.each(['', 'a b', 'evil.example.test/x', 'user@127.0.0.1', 'a,b', '127.0.0.1:port', 'évil'])(
  'O-33 RFC 9110 §7.2: Host %j is malformed',
  async (host) => {
    expect((await metadata([['Host', host]])).status).toBe(400)
  },
)

test('O-33 RFC 9112 §3.2: no Host, two of them, or one in the request line as well is refused', async () => {
  const own = `127.0.0.1:${world.port}`
  const twice = [
    ['Host', own],
    ['Host', 'evil.example.test'],
  ] as const
  expect((await metadata(twice)).status).toBe(400)
  expect((await metadata([['host', own] as const, ...twice.slice(0, 1)])).status).toBe(400)
  const absolute = `http://evil.example.test${WELL_KNOWN}/mcp/records`
  expect((await metadata([['Host', own]], absolute)).status).toBe(400)
})

test('O-33 RFC 9728 §3.3: under another name of its own the gateway names itself as configured', async () => {
  const answer = await metadata([['Host', `localhost:${world.port}`]])
  expect(answer.status).toBe(200)
  expect(answer.json()).toMatchObject({
    resource: world.resource('records'),
    authorization_servers: [world.issuer.issuer],
  })
  expect(answer.body).not.toContain('localhost')
})

test('O-33 RFC 9728 §5.1: the challenge names the configured metadata, whatever Host says', async () => {
  const host = ['Host', `localhost:${world.port}`] as const
  const answer = await world.raw({ path: '/mcp/records', headers: [host], body: '{}' })
  expect(answer.status).toBe(401)
  expect(answer.header('www-authenticate')).toContain(
    `resource_metadata="${world.publicUrl}${WELL_KNOWN}/mcp/records"`,
  )
})

test('O-33 RFC 7239 §8.1: forwarding headers change neither metadata nor challenge', async () => {
  const headers = [
    ['Host', `127.0.0.1:${world.port}`],
    ['Forwarded', 'host=evil.example.test;proto=https'],
    ['X-Forwarded-Host', 'evil.example.test'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Prefix', '/evil'],
    ['X-Original-Host', 'evil.example.test'],
    ['X-Original-URL', '/evil'],
  ] as const
  const document = await metadata(headers)
  expect(document.json()).toMatchObject({ resource: world.resource('records') })
  const refused = await world.raw({ path: '/mcp/records', headers, body: '{}' })
  expect(refused.header('www-authenticate')).toContain(`"${world.publicUrl}${WELL_KNOWN}`)
  for (const answer of [document, refused]) {
    expect(answer.body + JSON.stringify(answer.headers)).not.toContain('evil')
  }
})

test('O-33 control: under its own name the metadata is that of the resource', async () => {
  const answer = await metadata([])
  expect(answer.status).toBe(200)
  expect(answer.json()).toMatchObject({ resource: world.resource('records') })
})
