// Cross-origin reading: an origin is named in an answer only if the configuration names it, and never together
// with leave to send credentials.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { sendRaw, type RawAnswer } from '../support/raw.ts'

const ALLOWED = 'https://app.acme.example'
let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ yaml: `allowedOrigins: ["${ALLOWED}"]` })
})
afterAll(() => world.stop())

const send = (origin: string, change: Parameters<ReturnType<typeof goodCall>['text']>[0] = {}) =>
  sendRaw(
    world.port,
    goodCall(world).text({ ...change, more: [`Origin: ${origin}`, ...(change.more ?? [])] }),
  )
const granted = ({ headers }: RawAnswer) =>
  headers.filter(([name]) => name.startsWith('access-control-')).map(([name]) => name)

const FOREIGN = [
  'https://evil.example',
  'null',
  'http://app.acme.example',
  'https://app.acme.example:8443',
  'https://app.acme.example.evil.example',
  'https://evilapp.acme.example',
  'https://app.acme.example/',
  'HTTPS://APP.ACME.EXAMPLE',
  'https://app.acme.example, https://evil.example',
  'https://app_acme.example',
  '*',
  'file://',
]
const WAYS = {
  'a call': {},
  'a preflight': {
    line: 'OPTIONS /mcp/records HTTP/1.1',
    more: ['Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: authorization'],
  },
  metadata: { line: 'GET /.well-known/oauth-protected-resource HTTP/1.1' },
  'no route': { line: 'GET /nothing HTTP/1.1' },
  'a call without a token': { body: '{}' },
}

test.each(FOREIGN)('H-16 Fetch §3.2: the origin %s may read nothing', async (origin) => {
  for (const change of Object.values(WAYS)) {
    const answer = await send(origin, change)
    expect([answer.status, granted(answer)]).toEqual([403, []])
    expect(answer.header('vary')).toBe('Authorization')
  }
  expect(world.callsAtTarget()).toEqual([])
})

test('H-16 Fetch §3.2.2: an allowed origin is named itself, never `*`, never with credentials', async () => {
  for (const change of Object.values(WAYS)) {
    const answer = await send(ALLOWED, change)
    expect(answer.header('access-control-allow-origin')).toBe(ALLOWED)
    expect(granted(answer)).not.toContain('access-control-allow-credentials')
    expect(answer.header('vary')).toBe('Authorization, Origin')
  }
})

test('H-16 control: a call without an origin is answered, and names none', async () => {
  const answer = await sendRaw(world.port, goodCall(world).text())
  expect([answer.status, granted(answer)]).toEqual([200, []])
})
