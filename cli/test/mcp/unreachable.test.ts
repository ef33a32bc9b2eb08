import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { sallyport } from '../world/test-terminal.ts'

const tools = (url: string, options = {}) => sallyport(['tools', url, '--no-input'], options)

/** A port where every connection is treated like this. */
async function listen(treat: (socket: Socket) => void): Promise<number> {
  const server = createServer(treat)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test('ux §4: a port that `fetch` never connects to is said to be that', async () => {
  const { code, note } = await tools('http://127.0.0.1:6000/mcp')
  expect(code).toBe(69)
  expect(note).toBe(
    'error: no answer from `http://127.0.0.1:6000`: `fetch` never connects to port 6000\n  fix: let the server listen on another port\n',
  )
})

test('ux §4: a port where nothing listens', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const { code, note } = await tools(`http://127.0.0.1:${port}/mcp`)
  expect(code).toBe(69)
  expect(note).toContain('nothing listens there\n  fix: start the server, or check the port')
})

test('ux §4: a server that closes the connection', async () => {
  const port = await listen((socket) => socket.once('data', () => socket.destroy()))
  expect((await tools(`http://127.0.0.1:${port}/mcp`)).note).toContain(
    'the connection was closed without an answer',
  )
})

test.each([
  ['ENOTFOUND', 'nobody knows a host of that name'],
  ['ETIMEDOUT', 'it does not answer'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
  ['EWHATEVER', 'words of the system'],
])('ux §4: `%s` in words', async (code, words) => {
  const deep = Object.assign(new Error('words of the system'), { code })
  const fetch = () => Promise.reject(new TypeError('fetch failed', { cause: deep }))
  const ran = await tools('https://gate.acme.example/mcp', { fetch })
  expect(ran.code).toBe(69)
  expect(ran.note).toContain(words)
})

test('policy-audit §4: a spent limit is no denial: it says when to try again', async () => {
  const error = {
    code: -32_003,
    message: 'too many requests in too short a time',
    data: { code: 'authorize.rate_limited', limit: 'person', retryAfter: 7, fix: 'wait' },
  }
  const fetch = () =>
    Promise.resolve(Response.json({ jsonrpc: '2.0', id: 1, error }, { status: 429 }))
  const { code, note } = await tools('https://gate.acme.example/mcp', { fetch })
  expect(code).toBe(75)
  expect(note).toContain('too many requests')
  expect(note).toContain('fix: try again in 7 s')
})
