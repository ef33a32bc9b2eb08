// Whoever holds the disk can change the log. Nothing of it goes unseen: a flipped byte, a line that is removed, swapped or
// replaced with its leaf made right, another file in its place, and, with a checkpoint that was kept elsewhere, a tail
// that was cut together with everything that says so.
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { hash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Signer } from '@sallyport/gateway/audit/signer/signer.ts'
import { search } from '@sallyport/gateway/audit/search.ts'
import { verifyLog } from '@sallyport/gateway/audit/verify.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestGateway } from '../support/gateway.ts'
import { startSignerIn } from '../support/signer.ts'

const ECHO = { method: 'tools/call', params: { name: 'echo', arguments: {} } }

let folder: string
let signer: Signer
/** As the gateway left it, with a copy of the last checkpoint elsewhere. */
let whole: string
let kept: string
/** What an attacker changes. */
let bent: string
let log: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-p10-'))
  signer = await startSignerIn(folder)
  const world = await startTestGateway({
    folder,
    yaml: 'audit: { reserveBytes: 65536, checkpoint: { everyRecords: 2 }, signer: { socket: ./s } }',
  })
  for (let n = 0; n < 3; n += 1) await world.call(ECHO)
  await world.call({ ...ECHO, token: world.token({ claims: { sub: 'bob' } }) })
  await world.stop()
  whole = join(folder, 'state/audit')
  kept = join(folder, 'kept.checkpoints')
  copyFileSync(join(whole, named('.checkpoints')), kept)
})
afterAll(async () => {
  await signer.close()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => {
  bent = mkdtempSync(join(folder, 'bent-'))
  for (const file of readdirSync(whole)) copyFileSync(join(whole, file), join(bent, file))
  log = join(bent, named('.jsonl'))
})

function named(ending: string): string {
  const found = readdirSync(whole).find(
    (file) => file.endsWith(ending) && file.split('.').length === ending.split('.').length,
  )
  return String(found)
}
const lines = (): string[] => readFileSync(log, 'utf8').split('\n').slice(0, -1)
const write = (changed: readonly string[]): void => writeFileSync(log, `${changed.join('\n')}\n`)
const recordOf = (line: string): string => line.slice(63, -1)
const lineOf = (record: string): string =>
  `{"leaf":"${hash('sha256', `\0${record}`, 'base64url')}","record":${record}}`
async function codes(checkpoints: readonly string[] = []): Promise<string[]> {
  const { findings } = await verifyLog(bent, { keys: [signer.verifierKey()], checkpoints })
  return findings.map(({ code }) => code)
}

test('P-10 policy-audit §2.4: control: a log that nobody touched holds', async () => {
  expect(await codes([kept])).toEqual([])
})

test('P-10 policy-audit §2.4: a flipped byte is found', async () => {
  const bytes = readFileSync(log)
  const at = Math.floor(bytes.length / 2)
  bytes[at] = 1 ^ (bytes[at] ?? 0)
  writeFileSync(log, bytes)
  expect(await codes()).not.toEqual([])
})

test('P-10 policy-audit §2.4: lines that were removed or swapped are found', async () => {
  const [first = '', second = '', ...rest] = lines()
  write([first, ...rest])
  expect(await codes()).toContain('sequence')
  write([second, first, ...rest])
  expect(await codes()).toContain('sequence')
})

test('P-10 policy-audit §2.4: a record that was replaced together with its leaf is found by the checkpoint over it', async () => {
  const all = lines()
  const at = all.findIndex((line) => line.includes('"kind":"outcome"'))
  write(all.with(at, lineOf(recordOf(all[at] ?? '').replace('"ok"', '"no"'))))
  expect(await codes()).toEqual(['root_mismatch'])
})

test('P-10 policy-audit §2.4: a tail that was cut is found, and with a kept checkpoint also when all that says so is cut too', async () => {
  const all = lines()
  write(all.slice(0, -1))
  expect(await codes()).toContain('cut_tail')
  // The end made anew, and only the first checkpoint left.
  const shutdown = recordOf(all.at(-1) ?? '').replace(/"sequence":\d+/, '"sequence":2')
  write([...all.slice(0, 2), lineOf(shutdown)])
  const checkpoints = join(bent, named('.checkpoints'))
  const [first = ''] = readFileSync(checkpoints, 'utf8').split(/(?<=\n\n)(?!— )/)
  writeFileSync(checkpoints, first.includes('\n2\n') ? first : '')
  expect(await codes([kept])).toContain('cut_tail')
})

test('P-10 policy-audit §2.4: another log in its place, signed with another key, is found by the key that was kept', async () => {
  const other = mkdtempSync(join(folder, 'other-'))
  const stranger = await startSignerIn(other)
  const world = await startTestGateway({
    folder: other,
    yaml: 'audit: { reserveBytes: 65536, checkpoint: { everyRecords: 2 }, signer: { socket: ./s } }',
  })
  await world.stop()
  await stranger.close()
  bent = join(other, 'state/audit')
  expect(await codes()).toContain('untrusted_checkpoint')
  expect(await codes([kept])).toContain('missing_log')
})

test('P-10 policy-audit §2.4: whoever changes the side file makes nobody else of a person, and is found', async () => {
  const side = join(bent, named('.personal.jsonl'))
  const text = readFileSync(side, 'utf8')
  const callsOf = async (person: string): Promise<number> =>
    (await search(bent, { person }, 50)).hits.length
  expect([await callsOf('alice'), await callsOf('bob')]).toEqual([3, 1])
  const keyOf = (subject: string): string =>
    String(new RegExp(`"key":"([^"]+)"[^\n]*"value":"${subject}"`).exec(text)?.[1])
  const [alices, bobs] = [keyOf('alice'), keyOf('bob')]
  // Each line holds by itself: keys and salts of two people change places, values and commitments stay.
  writeFileSync(side, text.replaceAll(alices, '?').replaceAll(bobs, alices).replaceAll('?', bobs))
  expect(await codes([kept])).toContain('other_subject')
  expect([await callsOf('alice'), await callsOf('bob')]).toEqual([3, 1])
  // Another subject, with a commitment made for it.
  const salt = String(new RegExp(`"key":"${bobs}","record":\\d+,"salt":"([^"]+)"`).exec(text)?.[1])
  const made = hash('sha256', `${salt}\0subject\0mallory`, 'base64url')
  const mallory = { commitment: made, key: bobs, label: 'subject', record: 0, value: 'mallory' }
  writeFileSync(side, text.replace(/[^\n]*"value":"bob"[^\n]*/, JSON.stringify(mallory)))
  expect(await codes([kept])).toEqual(['other_subject', 'missing_value'])
  expect([await callsOf('alice'), await callsOf('mallory')]).toEqual([3, 0])
})
