// Bodies, headers and targets that are too large: each has its status, and a body is not read further than its
// limit, whatever it declares. How memory behaves is asked by counting the bytes that the gateway takes off the wire.
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { codeOf } from '../support/present.ts'
import { sendRaw } from '../support/raw.ts'

const MIB = 1024 * 1024
let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const head = (...framing: string[]) => goodCall(world).text({ more: framing, body: '' })
/** A good call of exactly that many bytes. */
const ofSize = (bytes: number) => {
  const { body } = goodCall(world, { pad: '' })
  const padded = body.replace('"pad":""', `"pad":"${'a'.repeat(bytes - body.length)}"`)
  return goodCall(world).text({ body: padded })
}

test('D-02 RFC 9110 §15.5.14: one byte more than 1 MiB is 413', async () => {
  const answer = await sendRaw(world.port, ofSize(MIB + 1))
  expect([answer.status, codeOf(answer)]).toEqual([413, 'in.body_too_large'])
  expect(answer.header('connection')).toBe('close')
})

test('D-02 RFC 9110 §15.5.14: a length that is too large is 413 before a byte of the body', async () => {
  for (const length of [MIB + 1, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
    const answer = await sendRaw(world.port, head(`Content-Length: ${length}`))
    expect([answer.status, codeOf(answer)]).toEqual([413, 'in.body_too_large'])
  }
})

test('D-02 RFC 9112 §7.1: chunks without end are 413, and no longer read', async () => {
  const chunk = Buffer.from(`10000\r\n${'a'.repeat(65_536)}\r\n`)
  let sent = 0
  const answer = await new Promise<string>((resolve) => {
    let back = ''
    const socket = connect(world.port, '127.0.0.1')
    const fill = (): void => {
      // 256 MiB in all, if they are taken.
      while (!socket.destroyed && sent < 4096) {
        sent += 1
        if (!socket.write(chunk)) return
      }
    }
    socket.on('connect', () => {
      socket.write(head('Transfer-Encoding: chunked'))
      fill()
    })
    socket.on('drain', fill)
    socket.on('data', (data: Buffer) => (back += data.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(back))
  })
  // The answer may be lost behind the reset of a connection that is still written to.
  expect(answer).toMatch(/^(HTTP\/1\.1 413 |$)/)
  // What lies in the buffers of both sides, and not the 256 MiB.
  expect(sent * 65_536).toBeLessThan(64 * MIB)
  expect(world.log()).toContain('in.body_too_large')
})

test('D-02 RFC 9112 §7.1: chunks that exceed the limit by little are 413', async () => {
  const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`
  const answer = await sendRaw(
    world.port,
    `${head('Transfer-Encoding: chunked')}${chunk.repeat(17)}0\r\n\r\n`,
  )
  expect([answer.status, codeOf(answer)]).toEqual([413, 'in.body_too_large'])
})

test('D-02 RFC 6585 §5: headers above 16 KiB are 431, one or many', async () => {
  const many = Array.from({ length: 3000 }, (_, index) => `X-${index}: a`)
  for (const more of [[`X-A: ${'a'.repeat(16_384)}`], [`X-A: ${'a'.repeat(10 * MIB)}`], many]) {
    const answer = await sendRaw(world.port, goodCall(world).text({ more }))
    expect([answer.status, codeOf(answer)]).toEqual([431, 'in.header_too_large'])
  }
})

test('D-02 RFC 9110 §15.5.15: a target above 2048 characters is 414', async () => {
  for (const path of [`/mcp/records?${'a'.repeat(2100)}`, `/${'a'.repeat(2100)}`]) {
    const answer = await sendRaw(
      world.port,
      goodCall(world).text({ line: `POST ${path} HTTP/1.1` }),
    )
    expect([answer.status, codeOf(answer)]).toEqual([414, 'in.uri_too_long'])
  }
})

test('D-02 control: a body of exactly 1 MiB is answered, and so is a target of ordinary length', async () => {
  expect((await sendRaw(world.port, ofSize(MIB))).status).not.toBe(413)
  const line = `POST /mcp/records?${'a'.repeat(1000)} HTTP/1.1`
  expect((await sendRaw(world.port, goodCall(world).text({ line }))).status).toBe(200)
})
