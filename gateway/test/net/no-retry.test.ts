// promises §4: the pools send a request once, whatever happens to it. What undici may do by itself with requests on a
// connection that ends is held against a server that ends connections at every moment there is.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPools, type UpstreamPool } from '../../src/net/pools.ts'

type Moment =
  | 'on connect'
  | 'in the request'
  | 'after the request'
  | 'in the answer'
  | 'after the answer'
  | 'announced'

const RULES = { connectMs: 1_000, allowInsecureTarget: true, allowAddresses: [] }
const BODY = 'x'.repeat(2_000)
let server: Server
let pool: UpstreamPool
let arrived: string[]
let moment: Moment | undefined

beforeEach(async () => {
  arrived = []
  moment = undefined
  server = createServer(serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  pool = createPools().open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, RULES)
})
afterEach(async () => {
  await pool.close()
  await new Promise((resolve) => server.close(resolve))
})

function serve(socket: Socket): void {
  let text = ''
  const begun = new Set<string>()
  socket.on('error', () => undefined)
  if (moment === 'on connect') return void socket.resetAndDestroy()
  socket.on('data', (piece: Buffer) => {
    text += piece.toString()
    const head = text.indexOf('\r\n\r\n')
    const id = /x-id: (\d+)/.exec(text)?.[1]
    if (id !== undefined && head !== -1 && !begun.has(id)) {
      begun.add(id)
      arrived.push(`${id} begun`)
    }
    if (moment === 'in the request') return void socket.resetAndDestroy()
    if (head === -1 || text.length < head + 4 + BODY.length) return
    text = ''
    arrived.push(id ?? '')
    answer(socket)
  })
}

function answer(socket: Socket): void {
  const body = 'content-length: 2\r\n\r\nok'
  if (moment === 'after the request') socket.resetAndDestroy()
  else if (moment === 'in the answer') {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhal', () => socket.resetAndDestroy())
  } else if (moment === 'announced') {
    socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n${body}`)
  } else if (moment === 'after the answer') socket.end(`HTTP/1.1 200 OK\r\n${body}`)
  else socket.write(`HTTP/1.1 200 OK\r\n${body}`)
}

function send(id: number): Promise<'answered' | 'failed'> {
  return new Promise((resolve) => {
    pool.dispatch(
      {
        path: '/',
        method: 'POST',
        headers: ['x-id', String(id)],
        body: Buffer.from(BODY),
        headersTimeout: 2_000,
        bodyTimeout: 2_000,
      },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: () => resolve('answered'),
        onResponseError: () => resolve('failed'),
      },
    )
  })
}

describe('promises §4: nothing is sent twice', () => {
  test.each([
    ['on connect', 'failed'],
    ['in the request', 'failed'],
    ['after the request', 'failed'],
    ['in the answer', 'failed'],
    ['after the answer', 'answered'],
    ['announced', 'answered'],
  ] as const)('a connection that ends %s', async (when, ending) => {
    // Once on a fresh connection and once on one that has served before, with others waiting behind.
    await send(0)
    moment = when
    const endings = await Promise.all([1, 2, 3].map(send))
    const later = await send(4)
    moment = undefined
    await send(5)
    expect([...endings, later]).toContain(ending)
    expect(arrived).toContain('0')
    expect(arrived).toContain('5')
    for (const id of ['0', '1', '2', '3', '4', '5']) {
      expect(arrived.filter((seen) => seen === id).length).toBeLessThanOrEqual(1)
      expect(arrived.filter((seen) => seen === `${id} begun`).length).toBeLessThanOrEqual(1)
    }
  })

  test('a kept connection that was closed before a byte was sent costs a new one, and the call arrives once', async () => {
    moment = 'after the answer'
    for (const id of [1, 2, 3, 4, 5]) {
      expect(await send(id)).toBe('answered')
      // The end of the connection is known before the next request.
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(arrived.filter((seen) => !seen.endsWith('begun'))).toEqual(['1', '2', '3', '4', '5'])
  })
})
