// Host decides nothing but whether it is one of ours: the same answer under every name that is served.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { codeOf } from '../support/present.ts'
import { sendRaw } from '../support/raw.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const under = (host: string, change: Parameters<ReturnType<typeof goodCall>['text']>[0] = {}) => {
  const call = goodCall(world)
  const lines = call.lines.map((line) => line.replace(/^Host: .*/, `Host: ${host}`))
  return sendRaw(world.port, call.text({ lines, ...change }))
}
const port = () => `${world.port}`

const FOREIGN = [
  'evil.example',
  '127.0.0.1',
  '127.0.0.1:1',
  '127.0.0.1.:PORT',
  '127.0.0.1.evil.example:PORT',
  'localhost.evil.example:PORT',
  'localhost.:PORT',
  'records:PORT',
  'admin.internal',
  '127.1:PORT',
  '0.0.0.0:PORT',
  '[::]:PORT',
]

test.each(FOREIGN)('H-12 RFC 9110 §7.4: the host %s is not served', async (host) => {
  const before = world.callsAtTarget().length
  const answer = await under(host.replace('PORT', port()))
  expect([answer.status, codeOf(answer)]).toEqual([421, 'in.unknown_host'])
  expect(world.callsAtTarget()).toHaveLength(before)
})

const MALFORMED = [
  '',
  'user@127.0.0.1:PORT',
  '127.0.0.1:PORT/mcp',
  '127.0.0.1:PORT,evil.example',
  '127.0.0.1:PORT evil.example',
  'evil example',
  '127.0.0.1:PORT#',
  '*',
]

test.each(MALFORMED)('H-12 RFC 9110 §7.2: the host %j is malformed', async (host) => {
  const answer = await under(host.replace('PORT', port()))
  expect([answer.status, codeOf(answer)]).toEqual([400, 'in.malformed_request'])
})

test('H-12 CVE-2026-48710: a foreign host changes no decision: it comes before token and route', async () => {
  const lines = goodCall(world).lines.map((line) =>
    line.replace(/^Host: .*/, 'Host: evil.example').replace(/^authorization: .*/, 'X-A: b'),
  )
  const answer = await sendRaw(world.port, goodCall(world).text({ lines, line: 'GET /x HTTP/1.1' }))
  expect(codeOf(answer)).toBe('in.unknown_host')
})

test('H-12 control: under every name that is served, the answer and the audience are the same', async () => {
  for (const host of [`127.0.0.1:${port()}`, `localhost:${port()}`, `LOCALHOST:${port()}`]) {
    expect((await under(host)).status).toBe(200)
    const lines = [`Host: ${host}`]
    const line = 'GET /.well-known/oauth-protected-resource/mcp/records HTTP/1.1'
    const { body } = await sendRaw(world.port, goodCall(world).text({ line, lines, body: '' }))
    expect(JSON.parse(body)).toMatchObject({ resource: world.resource('records') })
  }
})
