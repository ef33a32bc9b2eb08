// Upgrade N−1 → N without a manual step (promises §3.6): the state folder, the configuration and the policies of the
// commit before this version, written by that commit's own gateway, are opened by the gateway of today. made-by-3549e83/
// was made by `make-state.ts` in a checkout of that commit: two calls, an approval that was given and not used, a person
// revoked, a tool switched off, a tool that changed after its approval. Nothing in it was edited afterwards.
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyLog } from '@sallyport/gateway/audit/verify.ts'
import { lookAtStore } from '@sallyport/gateway/store/sqlite/look-at.ts'
import { createSqliteStore } from '@sallyport/gateway/store/sqlite/sqlite.ts'
import { systemClock } from '@sallyport/gateway/system/clock.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from '../docs/page.ts'
import { codeOf } from '../support/present.ts'
import { CHANGED, startUpgradeWorld, type UpgradeWorld } from './world.ts'

const MADE = join(ROOT, 'test/upgrade/made-by-3549e83')
const LATER_MS = 120_000

const folder = mkdtempSync(join(tmpdir(), 'sallyport-upgrade-'))
const path = join(folder, 'state/state.sqlite')
const auditFolder = join(folder, 'state/audit')
let world: UpgradeWorld
let before: ReturnType<typeof lookAtStore>
beforeAll(async () => {
  cpSync(MADE, folder, { recursive: true })
  // Git keeps no such rights.
  chmodSync(join(folder, 'state'), 0o700)
  before = lookAtStore(path)
  world = await startUpgradeWorld(folder, LATER_MS, CHANGED)
})
afterAll(async () => {
  await world.stop()
  rmSync(folder, { recursive: true })
})

describe('promises §3.6: what the version before has written holds', () => {
  test('its configuration and its policies are loaded as they are, and calls go through', async () => {
    expect((await world.call('alice', 'read', { amount: 1 })).status).toBe(200)
    expect(codeOf(await world.call('alice', 'read', { amount: 1 }))).toBeUndefined()
  })

  test('a revocation holds', async () => {
    const answer = await world.call('bob', 'read')
    expect([answer.status, codeOf(answer)]).toEqual([401, 'identify.token_revoked'])
  })

  test('an approval that was given is used, once', async () => {
    const large = { amount: 5000 }
    expect(codeOf(await world.call('carol', 'write', large))).toBeUndefined()
    expect(codeOf(await world.call('carol', 'write', large))).toBe('authorize.needs_approval')
  })

  test('what was switched off stays off', async () => {
    expect(codeOf(await world.call('alice', 'switched'))).toBe('authorize.disabled')
  })

  test('pins hold: what was approved is, and what changed since is not callable', async () => {
    const { tools } = (await world.status()) as { tools: { name: string; pin: string }[] }
    expect(Object.fromEntries(tools.map(({ name, pin }) => [name, pin]))).toEqual({
      records___read: 'approved',
      records___write: 'approved',
      records___switched: 'approved',
      records___changing: 'changed',
    })
    expect(codeOf(await world.call('alice', 'changing'))).toBe('authorize.tool_changed')
  })

  test('its log verifies, beside the one that goes on after it', async () => {
    await world.call('alice', 'read')
    const logs = readdirSync(auditFolder).filter((name) => /Z-[0-9a-f]{12}\.jsonl$/.test(name))
    expect(logs).toHaveLength(2)
    const report = await verifyLog(auditFolder)
    expect(report).toMatchObject({ ok: true })
  })
})

describe('rollback', () => {
  test('the version before can read what this one has written: no schema that it does not know', () => {
    const after = lookAtStore(path)
    expect(after).toMatchObject({ step: before.step, damage: undefined })
    expect(oldestReader(path)).toBe(1)
  })

  test('a store that needs a newer version is refused in words, and not touched', async () => {
    const newer = join(folder, 'newer.sqlite')
    cpSync(join(MADE, 'state/state.sqlite'), newer)
    const db = new DatabaseSync(newer)
    db.exec(`UPDATE facts SET value = 99 WHERE name = 'oldest_reader'; PRAGMA user_version = 99`)
    db.close()
    await expect(createSqliteStore({ path: newer }, systemClock)).rejects.toThrow(
      'the file needs a version that knows schema 99',
    )
    expect(lookAtStore(newer).step).toBe(99)
  })
})

function oldestReader(file: string): unknown {
  const db = new DatabaseSync(file)
  try {
    return db.prepare(`SELECT value FROM facts WHERE name = 'oldest_reader'`).get()?.['value']
  } finally {
    db.close()
  }
}
