// Cache deception: every answer says that it must not be stored and depends on the token, and no path that looks
// like a static file is served. Static files do not exist in this version.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { sendRaw, type RawAnswer } from '../support/raw.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const host = () => `Host: 127.0.0.1:${world.port}`
const send = (change: Parameters<ReturnType<typeof goodCall>['text']>[0] = {}) =>
  sendRaw(world.port, goodCall(world).text(change))
const get = (path: string) =>
  sendRaw(world.port, `GET ${path} HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`)
const stream = { method: 'tools/call', params: { name: 'stream_records', arguments: { count: 1 } } }

const ANSWERS: Readonly<Record<string, readonly [number, () => Promise<RawAnswer>]>> = {
  'a result': [200, () => send()],
  'a list': [200, () => world.call({ method: 'tools/list' })],
  'a stream': [200, () => world.call({ ...stream, progressToken: 'p' })],
  'a document': [200, () => get('/.well-known/oauth-protected-resource')],
  'a preflight': [204, () => send({ line: 'OPTIONS /mcp/records HTTP/1.1' })],
  'broken syntax': [400, () => send({ more: ['X-A: b\0'] })],
  'no Host': [400, () => send({ lines: [] })],
  'no token': [401, () => send({ lines: [host()] })],
  'a foreign origin': [403, () => send({ more: ['Origin: https://evil.example'] })],
  'no route': [404, () => get('/nothing')],
  'another method': [405, () => send({ line: 'PUT /mcp/records HTTP/1.1' })],
  CONNECT: [405, () => send({ line: 'CONNECT a:1 HTTP/1.1' })],
  'a large body': [413, () => send({ more: ['Content-Length: 99999999', 'Connection: close'] })],
  'a long target': [414, () => get(`/${'a'.repeat(3000)}`)],
  'an encoded body': [415, () => send({ more: ['Content-Encoding: gzip'] })],
  'a foreign host': [421, () => send({ lines: ['Host: evil.example'] })],
  'large headers': [431, () => send({ more: [`X-A: ${'a'.repeat(20_000)}`] })],
  'an unknown expectation': [200, () => send({ more: ['Expect: something'] })],
}

test.each(Object.entries(ANSWERS))(
  'H-14 RFC 9111 §5.2.2.5: %s is not stored and varies by the token',
  async (_name, [status, ask]) => {
    const answer = await ask()
    expect(answer.status).toBe(status)
    expect(answer.header('cache-control')).toBe('no-store')
    expect(answer.header('vary')).toMatch(/^Authorization(, Origin)?$/)
    expect(
      answer.headers.filter(([name]) => /^(etag|expires|age|last-modified)$/.test(name)),
    ).toEqual([])
  },
)

const LOOK_ALIKES = [
  '/mcp/records/x.css',
  '/mcp/records.css',
  '/mcp/records/logo.png',
  '/mcp/x.js',
  '/favicon.ico',
  '/.well-known/oauth-protected-resource/mcp/records.js',
]

test.each(LOOK_ALIKES)('H-14 RFC 9111 §3: %s is nothing, and that is not stored', async (path) => {
  const answer = await send({ line: `POST ${path} HTTP/1.1` })
  expect([answer.status, answer.header('cache-control')]).toEqual([404, 'no-store'])
})

test('H-14 control: a call is answered', async () => {
  expect((await send()).status).toBe(200)
})
