// Two gateway processes on one state folder, as during a restart: the new one takes over while the old one drains.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyLog } from '@sallyport/gateway/audit/verify.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProcess, type GatewayProcess } from '../promises/start-process.ts'
import { startProcessWorld, type ProcessWorld } from '../promises/process-world.ts'
import { freePort } from '../../bench/src/free-port.ts'
import { createCaller } from '../support/gateway.ts'
import { order } from '../support/operator.ts'
import { codeOf } from '../support/present.ts'

let world: ProcessWorld
let next: GatewayProcess | undefined
beforeEach(async () => {
  world = await startProcessWorld()
})
afterEach(async () => {
  await next?.kill()
  await world.stop()
})

const ECHO = { method: 'tools/call', params: { name: 'echo', arguments: {} } }

/** The same gateway behind the same public URL, on another port of the same host. */
async function startBeside(): Promise<GatewayProcess> {
  const config = readFileSync(world.configFile, 'utf8')
  const port = await freePort()
  const file = join(world.folder, 'beside.yaml')
  writeFileSync(file, config.replace(/(listen: .* port: )\d+/, `$1${port}`))
  return await startProcess(file)
}

test('architecture §5: both serve, a revocation at one reaches the other, one log each', async () => {
  const former = await world.start()
  next = await startBeside()
  const beside = createCaller(world.publicUrl, world.issuer, next.port)
  const [alice, bob] = ['alice', 'bob'].map((sub) => world.token({ claims: { sub } }))
  const callers = [world.call, beside.call].flatMap((call) =>
    [alice, bob].map((token) => call({ ...ECHO, token: token ?? '' })),
  )
  expect((await Promise.all(callers)).map(({ status }) => status)).toEqual([200, 200, 200, 200])

  // The socket is the newer process's; the other reads the list from the store.
  expect(next.adminSocket).toBe(former.adminSocket)
  expect((await order({ gateway: next }, '/revoke', { user: 'alice' })).status).toBe(200)
  expect(codeOf(await beside.call({ ...ECHO, token: alice ?? '' }))).toBe('identify.token_revoked')
  const there = async () => codeOf(await world.call({ ...ECHO, token: alice ?? '' }))
  await expect.poll(there, { timeout: 30_000 }).toBe('identify.token_revoked')

  former.signal('SIGTERM')
  expect(await former.ended).toEqual({ code: 0, signal: null })
  expect((await beside.call({ ...ECHO, token: bob ?? '' })).status).toBe(200)
  expect((await order({ gateway: next }, '/reload')).status).toBe(200)
  const report = await verifyLog(world.auditFolder)
  expect(report).toMatchObject({ ok: true, findings: [] })
  expect(report.files.filter(({ open }) => open)).toHaveLength(1)
})

test('F-14: the log of a process that lives is left alone, and closed at the first start after it was killed', async () => {
  const former = await world.start()
  world.target.behave({ dead: 'hangs' })
  const lost = world.call(ECHO).catch(() => 'lost')
  const arrived = () => world.target.recording.calls().length
  await expect.poll(arrived, { timeout: 20_000 }).toBe(1)
  // While its owner lives, nobody touches its log.
  next = await startBeside()
  const outcomes = () => world.audit().filter(({ kind }) => kind === 'outcome')
  expect(outcomes()).toEqual([])
  await former.kill()
  expect(await lost).toBe('lost')
  await world.start()
  expect(outcomes()).toMatchObject([{ class: 'unclear' }])
  expect(await verifyLog(world.auditFolder)).toMatchObject({ ok: true })
})
