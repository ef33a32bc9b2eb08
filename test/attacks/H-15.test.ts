// An exception that nobody foresaw: the caller learns the request id and nothing else. No answer names the software.
import { systemClock } from '@sallyport/gateway/system/clock.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { codeOf } from '../support/present.ts'
import { sendRaw } from '../support/raw.ts'

const CANARY = 'canary at /srv/secret/place.ts'
let armed = false
let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({
    clock: {
      monotonicMs: systemClock.monotonicMs,
      // Of all dependencies of a request the one that a test can break at its heart: once, when it is told to.
      wallMs() {
        if (armed) {
          armed = false
          throw new TypeError(CANARY)
        }
        return systemClock.wallMs()
      },
    },
  })
})
afterAll(() => world.stop())

const send = (change: Parameters<ReturnType<typeof goodCall>['text']>[0] = {}) =>
  sendRaw(world.port, goodCall(world).text(change))

test('H-15 RFC 9110 §15.6.1: an unforeseen exception says its request id and nothing of itself', async () => {
  const bytes = goodCall(world).text()
  armed = true
  const answer = await sendRaw(world.port, bytes)
  expect([answer.status, codeOf(answer)]).toEqual([500, 'gateway.internal'])
  expect(answer.body).toContain(answer.header('x-sallyport-request-id') ?? 'no id')
  const whole = JSON.stringify(answer.headers) + answer.body
  expect(whole).not.toMatch(/canary|TypeError|secret|\.ts\b|\bat .*:\d+|node:/)
  expect(world.callsAtTarget()).toEqual([])
  // The operator is told.
  expect(world.log()).toContain(CANARY)
})

const LOUD = /server|powered|via|generator|version|node|runtime/

test('H-15 RFC 9110 §10.2.4: no answer names the software or its version', async () => {
  const answers = [
    await send(),
    await send({ lines: [`Host: 127.0.0.1:${world.port}`] }),
    await send({ line: 'POST /nothing HTTP/1.1' }),
    await send({ line: 'CONNECT a:1 HTTP/1.1' }),
    await send({ line: 'no request' }),
    await send({ lines: [] }),
    await send({ more: ['Expect: x'] }),
    await send({ more: [`X-A: ${'a'.repeat(20_000)}`] }),
    await send({ line: 'GET /.well-known/oauth-protected-resource HTTP/1.1' }),
  ]
  for (const { headers, body } of answers) {
    expect(headers.map(([name]) => name).filter((name) => LOUD.test(name))).toEqual([])
    expect(body).not.toMatch(/node(\.js)?[ /]v?\d|undici|sallyport\/\d/i)
  }
})

test('H-15 control: the next call is answered', async () => {
  expect((await send()).status).toBe(200)
})
