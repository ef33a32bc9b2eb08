// Server-side request forgery by configuration and discovery: the gateway opens no socket to an address that is not
// global unless the configuration spelled it out, and follows no redirect. Webhooks do not exist in this version.
// Issuers and targets go through a started gateway; the battery of spellings goes to the one guarded fetch itself,
// because no issuer that the configuration accepts could name most of them.
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { createGuardedFetch } from '@sallyport/gateway/net/guarded-fetch.ts'
import { GuardedFetchError } from '@sallyport/gateway/net/guarded-fetch-error.ts'
import type { Resolve } from '@sallyport/gateway/net/lookup.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createSigningKey, signToken, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { ask } from '../support/operator.ts'
import { codeOf } from '../support/present.ts'

let canary: Server
let port: number
let connections = 0
/** What came to a target that names an endpoint elsewhere. */
const atLiar: string[] = []
const liar = createHttpServer(({ method, url }, response) => {
  atLiar.push(`${method} ${url}`)
  if (method !== 'GET') return void response.writeHead(405).end()
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(`event: endpoint\ndata: http://127.0.0.1:${port}/messages\n\n`)
})
let wayward: readonly TestIssuer[]
let world: TestGateway

beforeAll(async () => {
  canary = createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
  port = (canary.address() as AddressInfo).port
  await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve))
  wayward = await Promise.all(
    KEYS.map(async (jwksUri) => {
      const issuer = await startIssuer()
      issuer.publishMetadata({ jwks_uri: jwksUri.replace('PORT', `${port}`) })
      return issuer
    }),
  )
  const redirecting = wayward.at(-1)
  redirecting?.publishMetadata({ jwks_uri: `${redirecting.issuer}/jwks` })
  redirecting?.answerKeys((response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${port}/jwks` }).end(),
  )
  world = await startTestGateway({
    moreIssuers: [
      ...wayward.map(
        ({ issuer }) => `{ issuer: "${issuer}", profile: rfc9068, allowInsecureIssuer: true }`,
      ),
      `{ issuer: "${strict()}", profile: rfc9068 }`,
    ],
    // More targets: one is https, and nothing is relaxed for it; one is relaxed, and lies.
    yaml: [
      `  private: { kind: mcp, url: "https://127.0.0.1:${port}/mcp", timeouts: { connectMs: 500 } }`,
      `  liar: { kind: mcp, url: "http://127.0.0.1:${(liar.address() as AddressInfo).port}/sse", allowInsecureTarget: true }`,
    ].join('\n'),
  })
})
beforeEach(() => {
  connections = 0
})
afterAll(async () => {
  await world.stop()
  await Promise.all(wayward.map((issuer) => issuer.close()))
  canary.close()
  liar.close()
  liar.closeAllConnections()
})

/** What a relaxed issuer may not lead to either; the last one redirects. */
const KEYS = [
  'file:///etc/passwd',
  'ftp://127.0.0.1:PORT/jwks',
  'unix:/tmp/jwks.sock',
  'gopher://127.0.0.1:PORT/_jwks',
  'data:application/json,{"keys":[]}',
  'http://mallory:secret@127.0.0.1:PORT/jwks',
  'http://0.0.0.0:PORT/jwks',
  'http://169.254.169.254/latest/meta-data',
  'http://[::ffff:169.254.169.254]/latest/meta-data',
  'http://[fd00:ec2::254]/latest/meta-data',
  'redirect',
]
const strict = () => `https://127.0.0.1:${port}`
const echo = { method: 'tools/call', params: { name: 'echo', arguments: {} } }

test.each(KEYS.map((uri, index) => [uri, index] as const))(
  'H-11 CVE-2026-26118: keys at %s are not fetched, and the call is denied',
  async (_uri, index) => {
    const issuer = wayward[index] as TestIssuer
    const answer = await world.call({ ...echo, token: issuer.mint(world.resource('records')) })
    expect([answer.status, codeOf(answer)]).toEqual([503, 'identify.keys_unavailable'])
    expect(connections).toBe(0)
  },
)

test('H-11 CVE-2026-4874: an issuer at a private address is not asked unless that is spelled out', async () => {
  const key = createSigningKey('k', 'ES256')
  const claims = { iss: strict(), aud: world.resource('records'), exp: 4e9, iat: 1, jti: '1' }
  const token = signToken(key, { alg: 'ES256', typ: 'at+jwt', kid: 'k' }, claims)
  expect((await world.call({ ...echo, token })).status).toBeGreaterThanOrEqual(401)
  expect(connections).toBe(0)
})

test('H-11 CVE-2026-26118: a target at a private address is not called unless that is spelled out', async () => {
  const token = world.token({ resource: world.resource('private') })
  const answer = await world.call({ ...echo, path: '/mcp/private', token })
  expect(answer.json()).not.toHaveProperty('result.structuredContent')
  expect(world.log()).toContain('127.0.0.1 is not allowed')
  expect(connections).toBe(0)
})

test('H-11 MCP 2024-11-05: a target whose stream names an endpoint elsewhere gets no message there', async () => {
  const reason = async () => {
    const { targets } = await ask(world, '/status')
    return (targets as { liar: { reason?: string } }).liar.reason
  }
  await expect.poll(reason, { timeout: 10_000 }).toContain('its endpoint is of another origin')
  expect(new Set(atLiar)).toEqual(new Set(['POST /sse', 'GET /sse']))
  expect(connections).toBe(0)
})

const HOSTS = [
  '127.0.0.1',
  'localhost',
  'localhost.',
  'a.localhost',
  'gate.internal',
  'printer.local',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[fe80::1]',
  '[fec0::1]',
  '[fc00::1]',
  '[ff02::1]',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.1',
  '0.0.0.0',
  '0',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '100.64.0.1',
  '169.254.169.254',
  '169.254.170.2',
  '168.63.129.16',
  '192.0.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  'metadata.google.internal',
]

/** Why a fetch with everything relaxed but the address was refused. */
async function reasonOf(url: string, resolve?: Resolve, ports = [port]): Promise<unknown> {
  const fetch = createGuardedFetch(resolve && { resolve })
  const use = { maxBytes: 100, totalMs: 1_000, mediaTypes: ['*/*'], allowHttp: true, ports }
  const thrown: unknown = await fetch(url, use).catch((error: unknown) => error)
  await fetch.close()
  return thrown instanceof GuardedFetchError ? thrown.reason : thrown
}

test.each(HOSTS)('H-11 policy-audit §5: no socket is opened to %s', async (host) => {
  expect(await reasonOf(`http://${host}:${port}/`)).toBe('address')
  expect(connections).toBe(0)
})

test('H-11 policy-audit §5: a name is resolved once, judged by all its addresses, and pinned', async () => {
  const answers = [['93.184.215.14', '127.0.0.1'], ['127.0.0.1'], ['::ffff:127.0.0.1']]
  let asked = 0
  for (const addresses of answers) {
    const resolve: Resolve = (_name, done) => {
      asked += 1
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }
    expect(await reasonOf(`http://issuer.example:${port}/`, resolve)).toBe('address')
  }
  expect([asked, connections]).toEqual([answers.length, 0])
})

test('H-11 policy-audit §5: http(s) and its ports alone', async () => {
  expect(await reasonOf(`http://93.184.215.14:22/`)).toBe('port')
  expect(await reasonOf('file:///etc/passwd')).toBe('scheme')
  expect(await reasonOf('http+unix://%2Ftmp%2Fa.sock/')).toBe('scheme')
})

test('H-11 control: the issuer and the target that the configuration spelled out are reached', async () => {
  expect((await world.call(echo)).status).toBe(200)
})
