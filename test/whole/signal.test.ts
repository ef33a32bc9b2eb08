// A signal ends `sallyport serve` at whatever moment it comes (promises §3): while it starts too.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { verifyLog } from '@sallyport/gateway/audit/verify.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProcessWorld, type ProcessWorld } from '../promises/process-world.ts'

const ENTRY = fileURLToPath(new URL('../../cli/src/sallyport.js', import.meta.url))
let world: ProcessWorld
beforeEach(async () => {
  world = await startProcessWorld()
})
afterEach(() => world.stop())

test.each(['SIGTERM', 'SIGINT'] as const)(
  'promises §3: %s while the gateway starts ends it',
  async (signal) => {
    const args = [ENTRY, 'serve', '--config', world.configFile]
    const child = spawn(process.execPath, args, { stdio: 'ignore' })
    const ended = once(child, 'exit')
    // The start has begun, and is not over: it goes on with the log, the policies and the listeners.
    await expect
      .poll(() => existsSync(world.auditFolder), { interval: 1, timeout: 20_000 })
      .toBe(true)
    child.kill(signal)
    expect(await ended).toEqual([0, null])
    expect((await verifyLog(world.auditFolder)).ok).toBe(true)
  },
)
