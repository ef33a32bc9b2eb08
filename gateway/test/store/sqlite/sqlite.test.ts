import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSqliteStore } from '../../../src/store/sqlite/sqlite.ts'
import type { Store } from '../../../src/store/store.ts'
import { systemClock } from '../../../src/system/clock.ts'
import { storeContract } from '../contract.ts'
import { contend, type Contest } from './contend.ts'

const ROUNDS = 30
const ROWS = 10

storeContract('sqlite', async (clock, rules) =>
  createSqliteStore({ path: join(newFolder(), 'state.sqlite'), rules, timeoutMs: 10_000 }, clock),
)

describe('one file', () => {
  test('what was put is there after a restart', async () => {
    const path = join(newFolder(), 'state.sqlite')
    const first = await open(path)
    await first.put({ kind: 'pin', id: 'a', value: '1' })
    const row = await first.get('pin', 'a')
    await first.close()
    const second = await open(path)
    expect(await second.get('pin', 'a')).toEqual(row)
  })

  test('a hashed id is nowhere in the file, and only the owner may read it', async () => {
    const folder = newFolder()
    const store = await open(join(folder, 'state.sqlite'))
    await store.put({ kind: 'revocation', id: 'canary-session-77', value: '{}' })
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
      expect(readFileSync(join(folder, name)).includes('canary-session-77')).toBe(false)
    }
  })

  test('a file of another program or of a schema that is too new is refused in words', async () => {
    const folder = newFolder()
    const foreign = new DatabaseSync(join(folder, 'foreign'))
    foreign.exec('PRAGMA application_id = 7; CREATE TABLE t (x)')
    foreign.close()
    await expect(open(join(folder, 'foreign'))).rejects.toThrow(/another program/)

    await (await open(join(folder, 'newer'))).close()
    const newer = new DatabaseSync(join(folder, 'newer'))
    newer.exec(`PRAGMA user_version = 99; UPDATE facts SET value = 99 WHERE name = 'oldest_reader'`)
    newer.close()
    await expect(open(join(folder, 'newer'))).rejects.toThrow(/knows schema 99/)

    writeFileSync(join(folder, 'noise'), 'no database at all, '.repeat(400))
    await expect(open(join(folder, 'noise'))).rejects.toThrow(/cannot open the state store/)
  })

  test('a newer schema that this version can still read is opened: rollback needs no manual step', async () => {
    const path = join(newFolder(), 'state.sqlite')
    await (await open(path)).close()
    const newer = new DatabaseSync(path)
    newer.exec('PRAGMA user_version = 2; ALTER TABLE row ADD COLUMN later TEXT')
    newer.close()
    const store = await open(path)
    await store.put({ kind: 'pin', id: 'a', value: '1' })
    expect((await store.get('pin', 'a'))?.value).toBe('1')
  })

  test('policy-audit §3: a store that is held by someone else answers store.unavailable, then recovers', async () => {
    const path = join(newFolder(), 'state.sqlite')
    const store = await open(path, 200)
    const blocker = new DatabaseSync(path)
    blocker.exec('BEGIN IMMEDIATE')
    await expect(store.put({ kind: 'pin', id: 'a', value: '1' })).rejects.toMatchObject({
      code: 'store.unavailable',
    })
    blocker.exec('COMMIT')
    blocker.close()
    await expect.poll(() => store.put({ kind: 'pin', id: 'a', value: '1' })).toBeUndefined()
  })

  test('an answer that came while this process was busy is in time', async () => {
    const store = await open(join(newFolder(), 'state.sqlite'), 500)
    const asked = store.get('pin', 'a')
    // The loop looks for timers that are due right after this, and only then for messages.
    setImmediate(() => {
      const untilMs = performance.now() + 700
      while (performance.now() < untilMs) continue
    })
    expect(await asked).toBeUndefined()
  })

  test('a closed store refuses', async () => {
    const store = await open(join(newFolder(), 'state.sqlite'))
    await store.close()
    await expect(store.get('pin', 'a')).rejects.toMatchObject({ code: 'store.unavailable' })
  })
})

test('two processes on one file: every row is taken once, every insert is won once', async () => {
  const path = join(newFolder(), 'state.sqlite')
  const here = await open(path, 10_000)
  const there = spawn(process.execPath, [
    fileURLToPath(new URL('contender-process.ts', import.meta.url)),
    path,
    String(ROWS),
  ])
  onTestFinished(() => void there.kill())
  const said = createInterface({ input: there.stdout })[Symbol.asyncIterator]()
  expect((await said.next()).value).toBe('open')
  for (let round = 0; round < ROUNDS; round += 1) {
    const put = (n: number) => here.put({ kind: 'pin', id: `c${round}-${n}`, value: '1' })
    await Promise.all(Array.from({ length: ROWS }, (_, n) => put(n)))
    there.stdin.write(`${round}\n`)
    const [mine, line] = await Promise.all([contend(here, round, ROWS), said.next()])
    const theirs = JSON.parse(String(line.value)) as Contest
    // Who wins how many is the scheduler's affair; that each is won once is ours.
    expect(mine.consumed + theirs.consumed).toBe(ROWS)
    expect(mine.inserted + theirs.inserted).toBe(ROWS)
  }
  there.stdin.end()
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function open(path: string, timeoutMs?: number): Promise<Store> {
  const store = await createSqliteStore(
    { path, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    systemClock,
  )
  onTestFinished(() => store.close())
  return store
}
