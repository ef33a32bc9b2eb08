// Server names in the TLS handshake: there is no callback that looks at them, so none can throw.
// A handshake costs milliseconds: a tenth of the catalogue's 10 000 names are tried.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientHello } from '../support/client-hello.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({
    tls: true,
  })
})
afterAll(() => world.stop())

/** The type of the first record that comes back: 22 a handshake, 21 an alert; `undefined`: none. */
function firstRecord(hello: Buffer): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect(world.port, '127.0.0.1', () => socket.write(hello))
    socket.on('data', (chunk: Buffer) => {
      resolve(chunk[0])
      socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(undefined))
  })
}

const handshake = (servername: string) =>
  new Promise<string>((resolve) => {
    const socket = connectTls({
      port: world.port,
      host: '127.0.0.1',
      servername,
      rejectUnauthorized: false,
    })
    socket.on('secureConnect', () => {
      resolve('connected')
      socket.destroy()
    })
    socket.on('error', (error) => resolve(error.message))
    socket.on('close', () => resolve('closed'))
  })

const JUNK = [
  'evil.example',
  '__proto__',
  '*',
  'a'.repeat(255),
  '../../etc/passwd',
  '%s%n',
  '-',
  'ü',
  '$where',
]

test.each(JUNK)('H-10 CVE-2026-21637: the name %j gets the one certificate', async (name) => {
  expect(await handshake(name)).toBe('connected')
})

test('H-10 CVE-2026-21637: 1000 junk names, and the gateway is alive', async () => {
  const seen = new Set<number | undefined>()
  let left = 1_000
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const length = left % 300
      seen.add(await firstRecord(clientHello(randomBytes(length), left % 7 === 0 ? left % 256 : 0)))
    }
  }
  await Promise.all(Array.from({ length: 50 }, one))
  // Each got an answer of TLS: a handshake, or an alert.
  expect(seen).toEqual(new Set([21, 22]))
  expect(await handshake('localhost')).toBe('connected')
})

test('H-10 control: a call without a server name is answered', async () => {
  const answer = await world.call({ method: 'tools/call', params: { name: 'echo', arguments: {} } })
  expect(answer.status).toBe(200)
})
