import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'

import { afterEach, describe, expect, it } from 'vitest'

import { writeStream, type StreamEnd } from '../../src/out/stream.ts'
import { CONTEXT, overTheWire } from './wire.ts'

const SETTINGS = { keepAliveMs: 60_000, bufferedBytes: 1_048_576, slowReaderMs: 60_000 }

async function* of(...messages: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const message of messages) yield Buffer.from(message as string)
}

/** A source that a test feeds by hand, and that notes its end. */
function fed() {
  const waiting: ((result: IteratorResult<Buffer>) => void)[] = []
  const state = { returned: false }
  const source: AsyncIterable<Buffer> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise((resolve) => waiting.push(resolve)),
      return: () => {
        state.returned = true
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }
  return {
    source,
    state,
    send: (text: string) => waiting.shift()?.({ done: false, value: Buffer.from(text) }),
  }
}

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

/** A stream with its reader in the test's hands. */
async function open(write: (res: ServerResponse) => Promise<StreamEnd>) {
  let ended: (end: Promise<StreamEnd>) => void
  const end = new Promise<StreamEnd>((resolve) => {
    ended = resolve
  })
  const server = createServer((_req, res) => ended(write(res)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => socket.destroy())
  cleanups.push(() => {
    socket.destroy()
    server.closeAllConnections()
    server.close()
  })
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  return { socket, end }
}

describe('writeStream (MCP 2026-07-28, transports/streamable-http; protocol §8)', () => {
  it('sends each message as one event and ends with the source', async () => {
    let end: StreamEnd | undefined
    const wire = await overTheWire(async (res) => {
      end = await writeStream(res, of('{"a":1}', '{"é":2}'), CONTEXT)
    })
    expect(end).toBe('finished')
    expect(wire.status).toBe(200)
    expect(wire.headers.get('content-type')).toBe('text/event-stream')
    expect(wire.headers.get('cache-control')).toBe('no-store')
    expect(wire.headers.get('x-accel-buffering')).toBe('no')
    const events = wire.body.split('\r\n').filter((line) => line.startsWith('event:'))
    expect(events.map((event) => Buffer.from(event, 'latin1').toString())).toEqual([
      'event: message\ndata: {"a":1}\n\n',
      'event: message\ndata: {"é":2}\n\n',
    ])
  })

  it('sends the headers at once, before any message', async () => {
    const { source } = fed()
    const { socket } = await open((res) => writeStream(res, source, CONTEXT, SETTINGS))
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    expect(chunk.toString()).toContain('text/event-stream')
  })

  it('keeps a silent connection alive with comments', async () => {
    const { source } = fed()
    const settings = { ...SETTINGS, keepAliveMs: 5 }
    const { socket } = await open((res) => writeStream(res, source, CONTEXT, settings))
    let text = ''
    for await (const chunk of socket) {
      text += String(chunk)
      if (text.split(': keep-alive\n\n').length > 3) break
    }
    expect(text).toContain(': keep-alive\n\n')
  })

  it.each(['{"a":1}\n\nevent: forged', '{"a":\r1}'])(
    'M-21: a message with a line break forges no event, it ends the stream: %j',
    async (message) => {
      let end: StreamEnd | undefined
      const wire = await overTheWire(async (res) => {
        end = await writeStream(res, of('{"ok":1}', message), CONTEXT)
      })
      expect(end).toBe('broken')
      expect(wire.body).not.toContain('forged')
    },
  )

  it('a source that throws breaks the connection instead of ending it well', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield Buffer.from('{}')
      throw new Error('gone')
    }
    let end: StreamEnd | undefined
    const wire = await overTheWire(async (res) => {
      end = await writeStream(res, failing(), CONTEXT)
    })
    expect(end).toBe('broken')
    expect(wire.body.endsWith('0\r\n\r\n')).toBe(false)
  })

  it('a source whose end fails, or that has none, does no harm', async () => {
    const next = () => Promise.resolve({ done: true as const, value: undefined })
    const failing = {
      [Symbol.asyncIterator]: () => ({ next, return: () => Promise.reject(new Error('x')) }),
    }
    const endless = { [Symbol.asyncIterator]: () => ({ next }) }
    for (const source of [failing, endless]) {
      let end: StreamEnd | undefined
      await overTheWire(async (res) => {
        end = await writeStream(res, source, CONTEXT)
      })
      expect(end).toBe('finished')
    }
  })

  it('a reader that leaves ends the stream while the source is silent, and the source is told', async () => {
    const { source, state } = fed()
    const { socket, end } = await open((res) => writeStream(res, source, CONTEXT, SETTINGS))
    await once(socket, 'data')
    socket.destroy()
    expect(await end).toBe('client_gone')
    expect(state.returned).toBe(true)
  })

  it('a reader that has left before the stream began gets nothing', async () => {
    const { source, state } = fed()
    const { end } = await open((res) => {
      res.destroy()
      return writeStream(res, source, CONTEXT, SETTINGS)
    })
    expect(await end).toBe('client_gone')
    expect(state.returned).toBe(true)
  })

  const big = JSON.stringify('x'.repeat(1_000_000))
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) yield Buffer.from(big)
  }

  it('§8 back-pressure: a reader that does not read is closed, and memory stays flat', async () => {
    let most = 0
    const { socket, end } = await open((res) => {
      const write = res.write.bind(res) as (chunk: Buffer) => boolean
      res.write = (chunk: Buffer) => {
        const taken = write(chunk)
        most = Math.max(most, res.writableLength)
        return taken
      }
      return writeStream(res, endless(), CONTEXT, { ...SETTINGS, slowReaderMs: 20, keepAliveMs: 1 })
    })
    socket.pause()
    expect(await end).toBe('too_slow')
    expect(most).toBeLessThan(SETTINGS.bufferedBytes + 2 * big.length)
  })

  it('a reader that catches up in time gets everything', async () => {
    const messages = Array.from({ length: 20 }, () => big)
    const { socket, end } = await open((res) =>
      writeStream(res, of(...messages), CONTEXT, SETTINGS),
    )
    let received = 0
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    expect(await end).toBe('finished')
    while (received < 20 * big.length) await once(socket, 'data')
    expect(received).toBeGreaterThan(20 * big.length)
  })

  it('a slow reader that leaves while it is waited for has gone', async () => {
    const { socket, end } = await open((res) => {
      res.once('drain', () => undefined)
      return writeStream(res, endless(), CONTEXT, SETTINGS)
    })
    await once(socket, 'data')
    socket.pause()
    setImmediate(() => socket.destroy())
    expect(await end).toBe('client_gone')
  })
})
