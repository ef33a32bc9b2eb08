// A rolling restart on one port (promises §3, F-16): the new process takes over while the old one drains. How many calls
// fail under load is in `npm run promises -- F-16`.
import { verifyLog } from '@sallyport/gateway/audit/verify.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProcessWorld, type ProcessWorld } from '../promises/process-world.ts'

let world: ProcessWorld
beforeEach(async () => {
  world = await startProcessWorld()
})
afterEach(() => world.stop())

const ECHO = { method: 'tools/call', params: { name: 'echo', arguments: {} } }

test('promises §3: the new process has the port and the socket, the old one ends its calls and itself', async () => {
  const former = await world.start()
  world.target.behave({ beforeHeadMs: 2_000 })
  const slow = world.call(ECHO)
  await expect.poll(() => world.target.recording.calls().length, { timeout: 15_000 }).toBe(1)
  world.target.behave({ beforeHeadMs: 0 })

  const next = await world.start({ takeOver: true })
  expect([next.port, next.adminSocket]).toEqual([former.port, former.adminSocket])
  expect((await slow).status).toBe(200)
  expect((await world.call(ECHO)).status).toBe(200)
  expect(await former.ended).toEqual({ code: 0, signal: null })
  expect((await world.call(ECHO)).status).toBe(200)
  await expect.poll(next.printed).toContain('the former gateway drains')
  expect(await verifyLog(world.auditFolder)).toMatchObject({ ok: true, findings: [] })
})

test('promises §3: a port that somebody else has is an error without the order to take it over', async () => {
  await world.start()
  await expect(world.start()).rejects.toThrow('EADDRINUSE')
})

test('promises §3: where nobody is there to be taken over, it starts as ever', async () => {
  const { printed } = await world.start({ takeOver: true })
  await expect.poll(printed).toContain('nothing was taken over')
  expect((await world.call(ECHO)).status).toBe(200)
})
