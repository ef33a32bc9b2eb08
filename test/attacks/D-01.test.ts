// Clients that are slow on purpose hold connections, and answers that nobody reads hold memory: headers, bodies and
// reading each have their time, and one address has so many connections. With `slowhttptest`'s counts and the time of
// good clients meanwhile: `npm run promises -- D-01`.
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { rawRequest } from '../support/raw.ts'

const MOST = 8
const MIB = 1024 * 1024
const LIMITS = `limits: { connectionsPerAddress: ${MOST}, headersMs: 400, requestMs: 800, unreadMs: 600 }`

let world: TestGateway
const sockets: Socket[] = []
beforeEach(async () => {
  world = await startTestGateway({ yaml: LIMITS })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await world.stop()
})

type Slow = { readonly socket: Socket; readonly text: () => string; readonly closed: () => boolean }

function open(first = ''): Slow {
  let text = ''
  let closed = false
  const socket = connect(world.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.on('close', () => {
    closed = true
  })
  socket.write(first)
  sockets.push(socket)
  socket.on('data', (piece: Buffer) => {
    text += piece.toString('latin1')
  })
  return { socket, text: () => text, closed: () => closed }
}

const drip = ({ socket }: Slow, piece: string) => {
  const timer = setInterval(() => socket.write(piece), 50)
  socket.once('close', () => clearInterval(timer))
}
const WAIT = { timeout: 15_000 }
const head = () => `POST /mcp/records HTTP/1.1\r\nHost: 127.0.0.1:${world.port}\r\n`

test('D-01 promises §5: headers that drip are cut off at their time', async () => {
  const slow = open(head())
  drip(slow, 'X-Drip: 1\r\n')
  await expect.poll(slow.closed, WAIT).toBe(true)
  expect(slow.text()).toMatch(/^HTTP\/1\.1 408 /)
})

test('D-01 promises §5: a body that drips is cut off at its time', async () => {
  const { headers } = modernRequest({ method: 'tools/call', token: world.token() })
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const slow = open(`${head()}${lines.join('')}Content-Length: 1000\r\n\r\n`)
  drip(slow, ' ')
  await expect.poll(slow.closed, WAIT).toBe(true)
})

test('D-01 promises §5: an answer that nobody reads is given up', async () => {
  world.target.behave({ answer: 'oversize', bytes: 9 * MIB })
  const { headers, body } = modernRequest({
    method: 'tools/call',
    params: { name: 'echo', arguments: {} },
    token: world.token(),
  })
  const named = [['Host', `127.0.0.1:${world.port}`] as const, ...Object.entries(headers)]
  const slow = open()
  slow.socket.pause()
  slow.socket.write(rawRequest({ path: '/mcp/records', headers: named, body }))
  await expect.poll(() => underWay(), WAIT).toBe(1)
  await expect.poll(() => underWay(), WAIT).toBe(0)
})

test('D-01 promises §5: one address has so many connections and no more', async () => {
  const all = Array.from({ length: 3 * MOST }, () => open())
  await expect.poll(() => all.filter(({ closed }) => closed()).length, WAIT).toBe(2 * MOST)
})

test('D-01 control: a call is served, and again on the same connection', async () => {
  const { headers, body } = modernRequest({
    method: 'tools/call',
    params: { name: 'echo', arguments: {} },
    token: world.token(),
  })
  const named = [['Host', `127.0.0.1:${world.port}`] as const, ...Object.entries(headers)]
  const request = rawRequest({ path: '/mcp/records', headers: named, body })
  const good = open()
  good.socket.write(request)
  await expect.poll(() => good.text().split('HTTP/1.1 200').length - 1, WAIT).toBe(1)
  good.socket.write(request)
  await expect.poll(() => good.text().split('HTTP/1.1 200').length - 1, WAIT).toBe(2)
})

async function underWay(): Promise<number> {
  const { operationsPort } = world.gateway
  const text = await (await fetch(`http://127.0.0.1:${operationsPort}/metrics`)).text()
  return Number(/^sallyport_requests_under_way (\d+)$/m.exec(text)?.[1])
}
