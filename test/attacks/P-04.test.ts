// Operations and administration are not on the port of the clients: metrics have a listener of their own on loopback,
// orders have a socket in the file system that only its owner opens.
import { statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '@sallyport/gateway/config/load.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { order } from '../support/operator.ts'
import { post } from '../support/post.ts'
import { rawRequest, sendRaw } from '../support/raw.ts'

const OPERATIONS = ['/healthz', '/readyz', '/metrics']
const ADMIN = ['/status', '/why/x', '/tail', '/explain', '/revoke', '/reload']
const DEBUG = [
  '/',
  '/admin',
  '/api/status',
  '/console',
  '/debug',
  '/debug/pprof',
  '/debug/vars',
  '/health',
  '/ready',
  '/ping',
  '/json/list',
  '/actuator/env',
  '/server-status',
  '/openapi.json',
  '/config',
  '/sallyport.yaml',
  '/state/state.sqlite',
  '/.env',
  '/mcp/metrics',
  '/mcp/records/metrics',
]

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

test.each([...OPERATIONS, ...ADMIN, ...DEBUG])(
  'P-04 CVE-2022-24797: %s is not on the data port, with a token or without',
  async (path) => {
    for (const verb of ['GET', 'POST']) {
      expect((await world.raw({ method: verb, path })).status).toBe(404)
      expect((await post(world, { verb, path })).status).toBe(404)
    }
  },
)

const operations = (method: string, path: string) =>
  sendRaw(
    world.gateway.operationsPort,
    rawRequest({
      method,
      path,
      headers: [
        ['Host', 'x'],
        ['Connection', 'close'],
      ],
      body: '',
    }),
  )

test('P-04 CVE-2022-24797: the listener of operations is another one, reads alone and orders nothing', async () => {
  expect(world.gateway.operationsPort).not.toBe(world.port)
  for (const path of OPERATIONS) {
    expect((await operations('GET', path)).status).toBe(200)
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await operations(method, path)).status).toBe(405)
    }
  }
  for (const path of [...ADMIN, ...DEBUG, '/mcp', '/mcp/records']) {
    expect([path, (await operations('GET', path)).status]).toEqual([path, 404])
    expect((await operations('POST', path)).status).toBe(404)
  }
})

test('P-04 CVE-2022-24797: both listeners are on loopback unless the configuration says otherwise', () => {
  const loaded = parseConfig(
    `publicUrl: https://gate.acme.example
authorization:
  mode: external
  issuers: [{ issuer: "https://login.acme.example", profile: rfc9068 }]
policies: { folder: ./policies }
`,
    '/x/sallyport.yaml',
    {},
  )
  expect(loaded).toMatchObject({
    config: { listen: { host: '127.0.0.1' }, operations: { host: '127.0.0.1' } },
  })
})

test('P-04 CVE-2022-24797: neither listener answers on another address of this host', async () => {
  for (const port of [world.port, world.gateway.operationsPort]) {
    expect(await opens(port, '127.0.0.2')).toBe(false)
    expect(await opens(port, '::1')).toBe(false)
  }
})

function opens(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

test('P-04 CVE-2022-24797: orders go through a socket that its owner alone opens, in a folder of his', () => {
  const { adminSocket } = world.gateway
  const socket = statSync(adminSocket)
  expect(socket.isSocket()).toBe(true)
  expect(socket.mode & 0o777).toBe(0o600)
  expect(adminSocket.startsWith(join(world.folder, 'state/'))).toBe(true)
  expect(statSync(join(world.folder, 'state')).mode & 0o077).toBe(0)
})

test('P-04 control: clients, operations and the operator each get their answer', async () => {
  expect((await post(world)).status).toBe(200)
  expect((await operations('GET', '/healthz')).status).toBe(200)
  expect((await order(world, '/reload')).status).toBe(200)
})
