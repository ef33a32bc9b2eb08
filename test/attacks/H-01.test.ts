// Headers in which proxies name the person or the sender: nothing of them is believed and nothing is passed on.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { IDENTITY_HEADERS } from '../support/header-names.ts'
import { sendRaw } from '../support/raw.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const CANARY = 'canary-mallory'
const lines = IDENTITY_HEADERS.map((name) => `${name}: ${CANARY}`)

test('H-01 CVE-2026-30851: no identity header of a client reaches the target', async () => {
  const answer = await sendRaw(world.port, goodCall(world).text({ more: lines }))
  expect(answer.status).toBe(200)
  expect(world.target.recording.bytes().includes(CANARY)).toBe(false)
  for (const name of IDENTITY_HEADERS) {
    for (const { headers } of world.target.recording.calls()) {
      expect([name, headers.has(name.toLowerCase())]).toEqual([name, false])
    }
  }
})

test('H-01 CVE-2026-30851: the record names the person of the token, and the request id is ours', async () => {
  const answer = await sendRaw(world.port, goodCall(world).text({ more: lines }))
  const requestId = answer.header('x-sallyport-request-id')
  expect(requestId).toMatch(/^[0-9a-f]{32}$/)
  const records = () => world.audit().filter((record) => record['requestId'] === requestId)
  await expect.poll(() => records().map(({ kind }) => kind)).toEqual(['intent', 'outcome'])
  expect(JSON.stringify(world.audit())).not.toContain(CANARY)
  expect(world.log()).not.toContain(CANARY)
})

test('H-01 CVE-2026-30851: an identity header without a token is no identity', async () => {
  const { body, lines: good } = goodCall(world)
  const without = good.filter((line) => !line.startsWith('authorization'))
  const request = goodCall(world).text({ lines: without, more: lines, body })
  expect((await sendRaw(world.port, request)).status).toBe(401)
})

test('H-01 control: the same call without those headers is answered', async () => {
  const answer = await sendRaw(world.port, goodCall(world, { n: 1 }).text())
  expect(answer.json()).toMatchObject({ result: { structuredContent: { arguments: { n: 1 } } } })
})
