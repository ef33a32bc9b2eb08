import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { eraseKeys, keysOf } from '../../src/audit/erase.ts'
import { logNames, pathsOf } from '../../src/audit/log-folder.ts'
import { copyWithout, type Erasure } from '../../src/audit/personal-lines.ts'
import type { Audit } from '../../src/audit/record.ts'
import { search } from '../../src/audit/search.ts'
import { holdingSideFiles } from '../../src/audit/side-file-hold.ts'
import { verifyLog } from '../../src/audit/verify.ts'
import { takeHold } from '../../src/store/sqlite/take-hold.ts'
import { newFolder, openAudit, personalIn } from './made.ts'
import { ADDRESS, credential, factsOf, identityOf, permitOf } from './products.ts'

const ISSUER = 'https://login.acme.example'
const TIME = '2026-04-01T06:00:00.000Z'

async function call(audit: Audit, id: string, subject: string): Promise<void> {
  const identity = identityOf(subject, `session-of-${subject}`)
  const permit = permitOf(id, { market: 'DE' }, { identity })
  audit.outcome(await audit.intent(permit, credential, ADDRESS, undefined), id, factsOf(), 1)
}

/** A closed log and the one that is written, both with alice and bob. */
async function two() {
  const folder = newFolder()
  const former = await openAudit(folder)
  await call(former, 'r0', 'alice')
  await call(former, 'r1', 'bob')
  await former.event('token_revoked', {}, { issuer: ISSUER, session: 'session-of-alice' })
  await former.close()
  const audit = await openAudit(folder)
  await call(audit, 'r2', 'alice')
  await call(audit, 'r3', 'bob')
  const own = { name: audit.own.name, erase: audit.erase }
  const erase = async (subject: string, issuer = ISSUER) => {
    const { keys: found } = await keysOf(folder, { issuer, subject })
    await audit.event('erased', { keys: [...found.values()].flat() })
    return eraseKeys(folder, found, { time: TIME, own })
  }
  return { folder, audit, erase, former: pathsOf(folder, String(logNames(folder)[0])) }
}

function without(whole: Buffer, erasure: Erasure) {
  const written: Buffer[] = []
  const pieces: number[] = []
  const source = {
    size: whole.length,
    read: (into: Buffer, position: number) => {
      pieces.push(into.length)
      return whole.copy(into, 0, position)
    },
  }
  const lines = copyWithout(source, erasure, (bytes) => void written.push(Buffer.from(bytes)))
  return { lines, bytes: Buffer.concat(written), largest: Math.max(...pieces) }
}

const valuesIn = (folder: string): string => JSON.stringify(personalIn(folder))
const requestsOf = async (folder: string, person: string): Promise<unknown[]> =>
  (await search(folder, { person }, 50)).hits.map(({ record }) => record['requestId'])

test('policy-audit §2.4: a person leaves the side files of all logs, the one that is written among them', async () => {
  const { folder, audit, erase } = await two()
  expect(await requestsOf(folder, 'alice')).toEqual(['r2', 'r0'])
  const report = await erase('alice')
  expect(report).toMatchObject({ logs: logNames(folder), keys: 2, inUse: [] })
  expect(valuesIn(folder)).not.toContain('alice')
  expect(await requestsOf(folder, 'alice')).toEqual([])
  expect(await requestsOf(folder, 'bob')).toEqual(['r3', 'r1'])
  await audit.close()
  expect(await verifyLog(folder)).toMatchObject({ ok: true, files: [{ erased: 1 }, { erased: 1 }] })
})

test('policy-audit §2.4: whoever was erased and calls again is somebody new to the log', async () => {
  const { folder, audit, erase } = await two()
  await erase('alice')
  await call(audit, 'r4', 'alice')
  await call(audit, 'r5', 'bob')
  await audit.close()
  expect(await requestsOf(folder, 'alice')).toEqual(['r4'])
  expect(await requestsOf(folder, 'bob')).toEqual(['r5', 'r3', 'r1'])
  expect(await verifyLog(folder)).toMatchObject({ ok: true })
})

test('nobody of another issuer is erased with them, and nobody at all twice', async () => {
  const { folder, erase } = await two()
  expect(await erase('alice', 'https://elsewhere.example')).toMatchObject({ logs: [], lines: 0 })
  expect(await requestsOf(folder, 'alice')).toEqual(['r2', 'r0'])
  expect(
    await keysOf(folder, { issuer: 'https://elsewhere.example', subject: 'alice' }),
  ).toMatchObject({ others: [ISSUER] })
  await erase('alice')
  expect(await erase('alice')).toMatchObject({ logs: [], lines: 0 })
})

test('policy-audit §2.4: a key in the side file makes nobody somebody: whose records they are, the records say', async () => {
  const { folder, former } = await two()
  const lines = readFileSync(former.personal, 'utf8')
  const keys = [...new Set([...lines.matchAll(/"key":"([^"]+)"/g)].map(([, key]) => key))]
  const [alices = '', bobs = ''] = keys
  const swapped = lines.replaceAll(alices, '?').replaceAll(bobs, alices).replaceAll('?', bobs)
  writeFileSync(former.personal, swapped)
  expect(await requestsOf(folder, 'alice')).toEqual(['r2', 'r0'])
  expect(await requestsOf(folder, 'bob')).toEqual(['r3', 'r1'])
  const { keys: found } = await keysOf(folder, { issuer: ISSUER, subject: 'alice' })
  expect([...found.keys()]).not.toContain(logNames(folder)[0])
})

test('a log that another process writes is left, and said', async () => {
  const { folder, erase, former } = await two()
  writeFileSync(former.lock, '')
  expect((await erase('alice')).inUse).toHaveLength(1)
  expect(await requestsOf(folder, 'alice')).toEqual(['r0'])
})

test('F-15: a process that died while it rewrote the side file left a whole copy, which takes its place', async () => {
  const { folder, audit, former } = await two()
  await audit.close()
  const whole = readFileSync(former.personal)
  const keys = [
    ...(await keysOf(folder, { issuer: ISSUER, subject: 'alice' })).keys.values(),
  ].flat()
  const { bytes } = without(whole, { keys, time: TIME })
  writeFileSync(former.erasing, bytes)
  writeFileSync(former.personal, Buffer.concat([bytes.subarray(0, 40), whole.subarray(40)]))
  writeFileSync(`${former.lock}.new`, '')
  renameSync(`${former.lock}.new`, former.lock)
  await openAudit(folder)
  expect(existsSync(former.erasing)).toBe(false)
  expect(readFileSync(former.personal)).toEqual(bytes)
})

test('policy-audit §2.4: a side file of any size is rewritten a piece at a time, each line whole', () => {
  const line = (key: number, value: string): string =>
    JSON.stringify({ commitment: 'c', key: `k${key}`, label: 'session', record: 1, value })
  const lines = Array.from({ length: 30_000 }, (_, at) => line(at % 3, `s${at}`.padEnd(80, 'ü')))
  // Theirs by its value alone, and one that is no line.
  const theirs = [line(9, `s${3 * 9999}`.padEnd(80, 'ü')), lines[3] ?? '']
  const whole = Buffer.from([...lines, ...theirs, 'no line', line(9, 'last')].join('\n'))
  const { bytes, lines: gone, largest } = without(whole, { keys: ['k0'], time: TIME })
  expect(gone).toBe(10_002)
  expect(whole.length).toBeGreaterThan(3 * largest)
  const kept = lines.filter((_, at) => at % 3 !== 0)
  const mark = JSON.stringify({ erased: TIME, key: 'k0' })
  expect(bytes.toString()).toBe(`${[...kept, 'no line', line(9, 'last'), mark].join('\n')}\n`)
})

test('policy-audit §2.4: nobody is erased while the side files are copied, and the other way round', async () => {
  const folder = newFolder()
  const copied = Promise.withResolvers<void>()
  const copying = holdingSideFiles(folder, takeHold, () => copied.promise)
  const erased: string[] = []
  const erase = () => holdingSideFiles(folder, takeHold, async () => void erased.push('somebody'))
  await expect(erase()).rejects.toThrow('a backup is being made')
  expect(erased).toEqual([])
  copied.resolve()
  await copying
  await erase()
  expect(erased).toEqual(['somebody'])
})

test('policy-audit §2.4: copies of side files that a dead process left are gone after the next start, and none that is needed', async () => {
  const { folder, audit, former } = await two()
  const left = [former.erasing, `${former.erasing}.next`, `${former.personal}.next`]
  for (const path of left) writeFileSync(path, 'salts')
  const own = pathsOf(folder, audit.own.name)
  // That log is in use: its owner is rewriting it.
  writeFileSync(own.erasing, 'in use')
  const before = readFileSync(former.personal)
  await openAudit(folder)
  expect(left.filter(existsSync)).toEqual([])
  expect(existsSync(own.erasing)).toBe(true)
  expect(readFileSync(former.personal)).toEqual(before)
})
