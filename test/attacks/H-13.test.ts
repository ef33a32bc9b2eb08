// Methods: POST alone on an MCP endpoint, whatever a header says about another one; no tunnels, no upgrades.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { sendRaw } from '../support/raw.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const END = 'Connection: close'
const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY', 'PURGE']

test.each(METHODS)('H-13 RFC 9110 §15.5.6: %s with a good call is 405', async (method) => {
  const before = world.callsAtTarget().length
  const line = `${method} /mcp/records HTTP/1.1`
  const answer = await sendRaw(world.port, goodCall(world).text({ line, more: [END] }))
  expect([answer.status, answer.header('allow')]).toEqual([405, 'POST'])
  expect(answer.body).not.toContain('authorization')
  expect(world.callsAtTarget()).toHaveLength(before)
})

test.each(['127.0.0.1:80', 'evil.example:443', '/mcp/records'])(
  'H-13 RFC 9110 §9.3.6: CONNECT %s opens no tunnel',
  async (target) => {
    const line = `CONNECT ${target} HTTP/1.1`
    const answer = await sendRaw(world.port, goodCall(world).text({ line }))
    expect([answer.status, answer.header('connection')]).toEqual([405, 'close'])
  },
)

const OVERRIDES = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method']

test.each(OVERRIDES)('H-13 RFC 9110 §9: `%s` overrides nothing', async (name) => {
  const asPost = goodCall(world).text({
    line: 'GET /mcp/records?_method=POST HTTP/1.1',
    more: [`${name}: POST`, END],
  })
  expect((await sendRaw(world.port, asPost)).status).toBe(405)
  const asDelete = goodCall(world).text({ more: [`${name}: DELETE`] })
  expect((await sendRaw(world.port, asDelete)).status).toBe(200)
})

test.each(['websocket', 'h2c', 'TLS/1.2', 'HTTP/3.0'])(
  'H-13 RFC 9110 §7.8: Upgrade to %s is ignored',
  async (protocol) => {
    const more = ['Connection: Upgrade', `Upgrade: ${protocol}`, 'Sec-WebSocket-Key: AAAA']
    const answer = await sendRaw(world.port, goodCall(world).text({ more }))
    expect([answer.status, answer.header('upgrade')]).toEqual([200, undefined])
  },
)

test('H-13 RFC 9728 §3.1: a public document is read, never written', async () => {
  const line = 'POST /.well-known/oauth-protected-resource HTTP/1.1'
  const answer = await sendRaw(world.port, goodCall(world).text({ line }))
  expect([answer.status, answer.header('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
})

test('H-13 control: POST is answered', async () => {
  expect((await sendRaw(world.port, goodCall(world).text())).status).toBe(200)
})
