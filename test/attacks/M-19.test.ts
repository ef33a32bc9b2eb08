// DNS rebinding and foreign pages: a request that was meant for another host, or that a page of another origin made,
// is refused before anything else is looked at, with a good token as without one.
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '@sallyport/gateway/config/load.ts'
import { devConfig } from 'sallyport/src/dev/dev-config.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { post } from '../support/post.ts'
import { codeOf } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ yaml: 'allowedOrigins: [https://app.acme.example]' })
})
afterAll(() => world.stop())

async function send(set: Readonly<Record<string, string>>) {
  const before = world.callsAtTarget().length
  const answer = await post(world, { set })
  expect(world.callsAtTarget().length - before).toBe(answer.status === 200 ? 1 : 0)
  return { status: answer.status, code: codeOf(answer) }
}

test.each([
  'https://evil.example',
  'null',
  'http://localhost',
  'http://127.0.0.1',
  'https://app.acme.example.evil.example',
  'https://app.acme.example:8443',
  'http://app.acme.example',
  'https://APP.acme.example',
  'https://app.acme.example/',
  'https://app.acme.example, https://evil.example',
  'file://',
  'chrome-extension://abcdef',
  '',
])('M-19 MCP 2026-07-28, transports: Origin `%s` is refused', async (origin) => {
  expect(await send({ origin })).toEqual({ status: 403, code: 'in.forbidden_origin' })
})

test.each([
  'evil.example',
  'evil.example:80',
  '169.254.169.254',
  '127.0.0.1',
  '127.0.0.1:1',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '0.0.0.0',
  '2130706433',
  '[::1]',
])('M-19 RFC 9110 §7.4: Host `%s` is answered 421', async (host) => {
  expect(await send({ Host: host })).toEqual({ status: 421, code: 'in.unknown_host' })
})

test('M-19 MCP 2026-07-28, transports: neither is asked for a token first', async () => {
  for (const [header, value, status] of [
    ['Host', 'evil.example', 421],
    ['Origin', 'https://evil.example', 403],
  ] as const) {
    const answer = await world.raw({ path: '/mcp', headers: [[header, value]], body: '{}' })
    expect(answer.status).toBe(status)
    expect(answer.header('access-control-allow-origin')).toBeUndefined()
  }
})

test('M-19 MCP 2026-07-28, transports: a local host and an allowed origin still need a token', async () => {
  for (const host of [`127.0.0.1:${world.port}`, `localhost:${world.port}`]) {
    const headers = [
      ['Host', host],
      ['Origin', 'https://app.acme.example'],
    ] as const
    expect((await world.raw({ path: '/mcp', headers, body: '{}' })).status).toBe(401)
  }
})

test('M-19 MCP 2026-07-28, transports: development mode listens on 127.0.0.1 alone and on nothing that a rebound name leads to', async () => {
  const text = devConfig({
    port: 8443,
    issuer: 'http://127.0.0.1:1',
    marketUrl: 'http://127.0.0.1:2/mcp',
    documentsUrl: 'http://127.0.0.1:3/mcp',
  })
  const loaded = parseConfig(text, '/dev/sallyport.yaml', {})
  expect(loaded).toMatchObject({
    config: { listen: { host: '127.0.0.1' }, operations: { host: '127.0.0.1' } },
  })
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address)
  for (const address of ['127.0.0.2', ...others]) expect(await opens(address)).toBe(false)
})

function opens(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(world.port, host)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

test('M-19 control: our host and an allowed origin pass', async () => {
  expect(await send({})).toEqual({ status: 200, code: undefined })
  expect(await send({ origin: 'https://app.acme.example' })).toMatchObject({ status: 200 })
  expect(await send({ Host: `localhost:${world.port}` })).toMatchObject({ status: 200 })
})
