// HTTP/2 is not spoken in process: neither by ALPN, nor by prior knowledge, nor by Upgrade. What floods a
// multiplexed connection (resets, CONTINUATION, WINDOW_UPDATE) has nothing to flood.
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { HTTP2_FLOODS, HTTP2_OPENING } from '../support/http2.ts'
import { sendRaw } from '../support/raw.ts'

let plain: TestGateway
let secure: TestGateway
beforeAll(async () => {
  plain = await startTestGateway()
  secure = await startTestGateway({
    tls: true,
  })
})
afterAll(async () => {
  await plain.stop()
  await secure.stop()
})

const tls = (protocols?: string[]) =>
  connectTls({
    port: secure.port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ...(protocols && { ALPNProtocols: protocols }),
  })

/** All that comes back until the connection ends. */
function flood(socket: Socket, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let back = ''
    socket.on('data', (chunk: Buffer) => (back += chunk.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(back))
    socket.write(Buffer.concat([HTTP2_OPENING, bytes]))
  })
}

test('H-08 RFC 7301 §3.2: a client that offers h2 and http/1.1 gets http/1.1, one that insists on h2 nothing', async () => {
  const negotiate = (protocols: string[]) =>
    new Promise<unknown>((resolve) => {
      const socket = tls(protocols)
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
      socket.on('secureConnect', () => {
        resolve(socket.alpnProtocol)
        socket.destroy()
      })
    })
  expect(await negotiate(['h2', 'http/1.1'])).toBe('http/1.1')
  expect(await negotiate(['h2'])).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
})

test.each(Object.entries(HTTP2_FLOODS))(
  'H-08 CVE-2026-21714, CVE-2025-8671: %s finds no HTTP/2',
  async (_name, bytes) => {
    for (const socket of [connectPlain(plain.port, '127.0.0.1'), tls()]) {
      const back = await flood(socket, bytes)
      expect(back).toMatch(/^HTTP\/1\.1 400 /)
      expect(back.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
    }
  },
)

test('H-08 RFC 9110 §7.8: Upgrade to h2c is ignored', async () => {
  const more = [
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
  ]
  const answer = await sendRaw(plain.port, goodCall(plain).text({ more }))
  expect(answer.statusLine).toBe('HTTP/1.1 200 OK')
  expect(answer.header('upgrade')).toBeUndefined()
})

test('H-08 control: HTTP/1.1 is answered, in plain and over TLS', async () => {
  const call = { method: 'tools/call', params: { name: 'echo', arguments: {} } }
  expect((await plain.call(call)).status).toBe(200)
  expect((await secure.call(call)).status).toBe(200)
})
