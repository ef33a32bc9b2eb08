// The listener alone, over raw sockets: which connections end with their answer, and what Node is kept from answering.
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { createInboundServer, type InboundServer } from '../../src/in/server.ts'
import { selfSigned } from '../secrets/self-signed.ts'

const TIMES = { headersMs: 10_000, requestMs: 30_000, unreadMs: 30_000 }
let listener: InboundServer
let seen: string[]
let answer: (request: IncomingMessage, response: ServerResponse) => void

beforeAll(async () => {
  listener = createInboundServer({
    tls: undefined,
    connections: 10,
    connectionsPerAddress: 10,
    ...TIMES,
    rawAnswer: (code) => `HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n${code}`,
    onRequest: (request, response) => {
      seen.push(request.url ?? '')
      answer(request, response)
    },
  })
  await new Promise<void>((resolve) => listener.server.listen(0, '127.0.0.1', resolve))
})
beforeEach(() => {
  seen = []
  answer = (_request, response) => response.end('answered')
})
afterAll(() => listener.close())

/** Sends the parts, each once something has come back for the one before, and reads until the connection closes. */
function exchange(...parts: string[]): Promise<string> {
  return new Promise((resolve) => {
    let raw = ''
    const left = [...parts]
    const { port } = listener.server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1', () => socket.write(left.shift() ?? ''))
    socket.on('data', (chunk) => {
      raw += chunk.toString('latin1')
      const next = left.shift()
      if (next !== undefined) socket.write(next)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(raw))
  })
}

describe('F-26: an idle connection whose time is up', () => {
  /** What the client read until the connection closed, or until its answer; the timer rings right after it wrote. */
  async function ring(sent: string): Promise<string> {
    const accepted = new Promise<Socket>((resolve) => listener.server.once('connection', resolve))
    const { port } = listener.server.address() as AddressInfo
    const client = connect(port, '127.0.0.1')
    const socket = await accepted
    client.write(sent)
    // Long enough for the bytes to be there, and in one turn, so that nothing reads them.
    await new Promise<void>((resolve) =>
      setImmediate(() => {
        const untilMs = performance.now() + 50
        while (performance.now() < untilMs) continue
        socket.emit('timeout')
        resolve()
      }),
    )
    let raw = ''
    await new Promise<void>((resolve) => {
      client.on('data', (chunk) => {
        raw += chunk.toString('latin1')
        resolve()
      })
      client.on('error', () => undefined)
      client.on('close', () => resolve())
    })
    client.destroy()
    return raw
  }

  it('is served where its request came while the process slept', async () => {
    expect(await ring('GET /late HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(seen).toEqual(['/late'])
  })

  it('is closed where nothing came', async () => {
    expect(await ring('')).toBe('')
    expect(seen).toEqual([])
  })
})

describe('RFC 9112 §6, §9: connections whose framing is in doubt', () => {
  it('an ignored Upgrade ends the connection: nothing behind it is taken for a request', async () => {
    const upgrade = 'GET /one HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n'
    const raw = await exchange(`${upgrade}GET /lost HTTP/1.1\r\nX: `)
    expect(raw).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*connection: close\r\n/i)
    expect(seen).toEqual(['/one'])
  })

  it('HTTP/1.0 with a transfer coding ends the connection, whatever it asks for', async () => {
    const faulty =
      'POST /one HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
    const raw = await exchange(`${faulty}GET /two HTTP/1.1\r\nHost: a\r\n\r\n`)
    expect(raw.match(/answered/g)).toHaveLength(1)
    expect(seen).toEqual(['/one'])
  })

  it('what the parser refuses is never answered into the middle of another answer', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('the beginning')
    }
    const raw = await exchange('GET /one HTTP/1.1\r\nHost: a\r\n\r\n', 'no request\0\r\n\r\n')
    expect(raw).toMatch(/the beginning$/)
    expect(await exchange('no request\0\r\n\r\n')).toMatch(/in\.malformed_request$/)
  })
})

describe('RFC 9110 §7.2, §10.1.1: what Node would answer by itself', () => {
  it('a request without Host or with an unknown expectation is judged like any other', async () => {
    await exchange('GET /no-host HTTP/1.1\r\nConnection: close\r\n\r\n')
    await exchange('GET /expects HTTP/1.1\r\nHost: a\r\nExpect: x\r\nConnection: close\r\n\r\n')
    expect(seen).toEqual(['/no-host', '/expects'])
  })
})

describe('D-01: one connection is not many', () => {
  it('a connection that asks on and on without waiting for answers is ended', async () => {
    answer = () => undefined
    const raw = await exchange('GET /on HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(5_000))
    expect(raw).toBe('')
    expect(seen.length).toBeLessThanOrEqual(100)
    await expect.poll(() => listener.underWay()).toBe(0)
  })

  it('a handshake that does not come ends as soon as headers would', async () => {
    const { certificate: cert, key } = selfSigned()
    const secure = createInboundServer({
      tls: { cert, key },
      connections: 10,
      connectionsPerAddress: 10,
      ...TIMES,
      headersMs: 300,
      rawAnswer: () => '',
      onRequest: () => undefined,
    })
    await new Promise<void>((resolve) => secure.server.listen(0, '127.0.0.1', resolve))
    const { port } = secure.server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1').resume()
    await new Promise((resolve) => socket.on('close', resolve))
    expect(socket.bytesRead).toBe(0)
    secure.close()
  })
})
