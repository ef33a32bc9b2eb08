// What breaks on the gateway's side after a request was understood: an error under the request's own id, and no call.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-fault-'))
const secret = join(folder, 'secret')
let world: TestGateway
beforeAll(async () => {
  writeFileSync(secret, 'the-target-knows-it', { mode: 0o600 })
  world = await startTestGateway({
    targetSettings: `credential: { kind: secret, header: authorization, prefix: "Bearer ", secret: { file: "${secret}" } }`,
  })
})
afterAll(async () => {
  await world.stop()
  rmSync(folder, { recursive: true })
})

test('JSON-RPC 2.0 §5: a fault is told under the id of the request, and logged with its method', async () => {
  rmSync(secret)
  const call = { method: 'tools/call', params: { name: 'echo', arguments: {} }, id: 'mine' }
  // A secret is looked at again at most once a second.
  await expect
    .poll(async () => codeOf(await world.call(call)), { timeout: 10_000, interval: 300 })
    .toBe('credential.unavailable')
  world.target.recording.clear()
  const answer = await world.call(call)
  expect(answer.status).toBe(503)
  expect(answer.json()).toMatchObject({ id: 'mine' })
  expect(world.callsAtTarget()).toEqual([])
  expect(world.log()).toMatch(
    /"msg":"request".*"code":"credential.unavailable".*"method":"tools\/call"/,
  )
})
