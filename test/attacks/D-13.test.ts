// The store does not grow without end: kinds have caps, expired rows are swept, and a clock that jumps deletes nothing
// that is still needed. Nothing that a client sends makes a row in this version (there are pins and revocations; states,
// codes and registrations come with their capability), so the rows are put where they live, into the store on disk.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KINDS, type KindRules } from '@sallyport/gateway/store/kinds.ts'
import { createSqliteStore } from '@sallyport/gateway/store/sqlite/sqlite.ts'
import type { Kind, Store } from '@sallyport/gateway/store/store.ts'
import { expect, onTestFinished, test } from 'vitest'
import { startTestGateway } from '../support/gateway.ts'

const NOW = 1_790_000_000_000
const HOUR = 3_600_000
const CAP = 20
const SMALL: KindRules = {
  ...KINDS,
  pin: { hashedIds: false, cap: CAP, whenFull: 'refuse' },
  revocation: { hashedIds: true, cap: CAP, whenFull: 'evict' },
}

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-d-13-'))
  let wallMs = NOW
  let monotonicMs = 0
  const clock = { wallMs: () => wallMs, monotonicMs: () => monotonicMs }
  const settings = { path: join(folder, 'state.sqlite'), rules: SMALL, timeoutMs: 10_000 }
  const store = await createSqliteStore(settings, clock)
  onTestFinished(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
  return {
    store,
    pass: (ms: number) => {
      wallMs += ms
      monotonicMs += ms
    },
    jump: (ms: number) => {
      wallMs += ms
    },
    fill: (kind: Kind, count: number, expiresAtMs?: number) =>
      fill(store, kind, count, expiresAtMs),
  }
}

async function fill(store: Store, kind: Kind, count: number, expiresAtMs = NOW + HOUR) {
  for (let n = 0; n < count; n += 1) {
    await store.put({ kind, id: `${kind}-${n}`, value: '{}', expiresAtMs })
  }
}
const rows = async (store: Store, kind: Kind) => (await store.list(kind, 1000)).length

test('D-13 promises §1: a flood of rows ends at the cap of its kind', async () => {
  const { store, fill } = await open()
  await fill('revocation', 5 * CAP)
  expect(await rows(store, 'revocation')).toBe(CAP)
  await fill('pin', CAP)
  await expect(fill('pin', CAP + 1)).rejects.toMatchObject({ code: 'store.unavailable' })
  expect(await rows(store, 'pin')).toBe(CAP)
})

test('D-13 promises F-26: a clock that jumps ahead and back has deleted nothing that is still needed', async () => {
  const { store, jump, fill } = await open()
  await fill('revocation', CAP)
  jump(10 * HOUR)
  expect(await store.sweep(1000)).toBe(0)
  await fill('pin', CAP, NOW + 20 * HOUR)
  jump(-10 * HOUR)
  expect([await rows(store, 'revocation'), await rows(store, 'pin')]).toEqual([CAP, CAP])
})

test('D-13 promises F-26: a clock that jumps back lets nothing grow beyond the cap', async () => {
  const { store, jump, fill } = await open()
  jump(-10 * HOUR)
  await fill('revocation', 5 * CAP, NOW)
  expect(await rows(store, 'revocation')).toBe(CAP)
})

test('D-13 policy-audit §3: every kind has a cap, and what decides is never evicted', () => {
  // Copies of what targets say again, what is generated from it, and what a session of the old era changed about itself.
  const copies = ['pin_seen', 'tool_schema', 'session']
  for (const [kind, rule] of Object.entries(KINDS)) {
    expect(rule.cap).toBeLessThanOrEqual(200_000)
    expect([kind, rule.whenFull]).toEqual([kind, copies.includes(kind) ? 'evict' : 'refuse'])
  }
})

test('D-13 policy-audit §3: calls make no rows', async () => {
  const world = await startTestGateway()
  onTestFinished(() => world.stop())
  const call = { method: 'tools/call', params: { name: 'echo', arguments: {} } }
  const size = async () => {
    const store = await createSqliteStore(
      { path: join(world.folder, 'state/state.sqlite') },
      { wallMs: Date.now, monotonicMs: () => performance.now() },
    )
    const found = [await rows(store, 'pin'), await rows(store, 'revocation')]
    await store.close()
    return found
  }
  const before = await size()
  for (let n = 0; n < 20; n += 1) await world.call({ ...call, token: world.token() })
  for (let n = 0; n < 20; n += 1) await world.call({ ...call, token: `x${n}` })
  expect(await size()).toEqual(before)
})

test('D-13 control: what has really expired is swept, a batch at a time', async () => {
  const { store, pass, fill } = await open()
  await fill('revocation', 10)
  pass(HOUR)
  expect([await store.sweep(6), await store.sweep(6), await store.sweep(6)]).toEqual([6, 4, 0])
})
