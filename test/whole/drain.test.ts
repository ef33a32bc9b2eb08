// The end of a process (promises §3): unready at once, calls finish, new connections are refused, and the log is closed.
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyLog } from '@sallyport/gateway/audit/verify.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

let folder: string
let world: TestGateway
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-drain-'))
  world = await startTestGateway({ folder })
})
afterEach(async () => {
  await world.stop()
  rmSync(folder, { recursive: true })
})

const SLOW_MS = 1500
const ECHO = { method: 'tools/call', params: { name: 'echo', arguments: {} } }
/** A machine that does other work as well. */
const BUSY = { timeout: 15_000 }
const PATIENCE = { serveOnMs: 0, finishMs: 10_000 }

describe('promises §3.2: a drain', () => {
  test('lets a slow call finish and refuses new connections', async () => {
    world.target.behave({ beforeHeadMs: SLOW_MS })
    const slow = world.call(ECHO)
    await expect.poll(() => world.callsAtTarget().length, BUSY).toBe(1)
    const drained = world.gateway.close(PATIENCE)
    await expect.poll(() => connects(world.port), BUSY).toBe('ECONNREFUSED')
    expect((await slow).json()).toMatchObject({ result: { structuredContent: { tool: 'echo' } } })
    await drained
    expect(await verifyLog(join(folder, 'state/audit'))).toMatchObject({ ok: true })
    expect(world.audit().map(({ kind }) => kind)).toContain('shutdown')
  })

  test('is unready while it goes on serving', async () => {
    const { operationsPort } = world.gateway
    const drained = world.gateway.close({ ...PATIENCE, serveOnMs: 1000 })
    const ready = await fetch(`http://127.0.0.1:${operationsPort}/readyz`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ ready: false })
    expect((await world.call(ECHO)).status).toBe(200)
    await drained
  })

  test('cuts what does not finish, and records it', async () => {
    world.target.behave({ dead: 'hangs' })
    const cut = world.call(ECHO).catch((error: unknown) => String(error))
    await expect.poll(() => world.callsAtTarget().length, BUSY).toBe(1)
    await world.gateway.close({ ...PATIENCE, finishMs: 100 })
    expect(await cut).toMatch('closed without an answer')
    expect(world.audit().filter(({ kind }) => kind === 'outcome')).toMatchObject([
      { class: 'cancelled' },
    ])
    expect(await verifyLog(join(folder, 'state/audit'))).toMatchObject({ ok: true })
  })
})

function connects(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve('connected')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
  })
}
