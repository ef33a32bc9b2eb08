// Header names that are members of every object. The property that fell over them is never read.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { MEMBERS_OF_EVERY_OBJECT } from '../support/header-names.ts'
import { sendRaw } from '../support/raw.ts'

const CHANNEL = 'http.server.request.start'
let reads: string[] = []
/** Watches the property on each request of the gateway; the sample target reads it, on connections of its own. */
const watch = (message: unknown): void => {
  const { request } = message as { readonly request: IncomingMessage }
  if (request.socket.localPort !== world.port) return
  const get = (): object => {
    reads.push(request.url ?? '')
    return {}
  }
  Object.defineProperty(request, 'headersDistinct', { get })
}

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
  subscribe(CHANNEL, watch)
})
afterAll(async () => {
  unsubscribe(CHANNEL, watch)
  await world.stop()
})

test('H-09 CVE-2026-21710: names of prototype members are headers like any other', async () => {
  const more = MEMBERS_OF_EVERY_OBJECT.flatMap((name) => [`${name}: a`, `${name}: b`])
  const answer = await sendRaw(world.port, goodCall(world).text({ more }))
  expect(answer.status).toBe(200)
  expect(({} as Record<string, unknown>)['a']).toBeUndefined()
})

test('H-09 CVE-2026-21710: as a mirrored argument they are no name of a property either', async () => {
  const more = MEMBERS_OF_EVERY_OBJECT.map((name) => `Mcp-Param-${name}: a`)
  expect((await sendRaw(world.port, goodCall(world).text({ more }))).status).toBe(200)
})

test('H-09 CVE-2026-21710: `headersDistinct` is never read', async () => {
  reads = []
  const call = goodCall(world)
  await sendRaw(world.port, call.text({ more: ['__proto__: a'] }))
  await sendRaw(world.port, call.text({ lines: call.lines.slice(0, 1) }))
  await sendRaw(
    world.port,
    call.text({ line: 'GET /.well-known/oauth-protected-resource HTTP/1.1' }),
  )
  expect(reads).toEqual([])
})

test('H-09 control: the gateway answers afterwards', async () => {
  expect((await sendRaw(world.port, goodCall(world).text())).status).toBe(200)
})
