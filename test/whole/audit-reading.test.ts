// The log of a gateway that runs, from the reading side: a person is erased by somebody with the role, what is left holds
// for our verifier and for the independent one, and a backup that was made meanwhile starts and verifies.
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { proveRecord } from '@sallyport/gateway/audit/prove.ts'
import { search } from '@sallyport/gateway/audit/search.ts'
import { holdingSideFiles } from '@sallyport/gateway/audit/side-file-hold.ts'
import { verifyLog } from '@sallyport/gateway/audit/verify.ts'
import { backUp, restore } from '@sallyport/gateway/backup.ts'
import { takeHold } from '@sallyport/gateway/store/sqlite/take-hold.ts'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { sallyport } from '../../cli/test/world/test-terminal.ts'
import { startTestGateway } from '../support/gateway.ts'
import { buildGo } from '../support/go.ts'
import { order } from '../support/operator.ts'
import { adminToken, OPERATORS } from '../support/operators.ts'
import { startSignerIn } from '../support/signer.ts'

const verifier = buildGo('test/verifier')
afterAll(verifier.remove)

const ECHO = { method: 'tools/call', params: { name: 'echo', arguments: {} } }

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-reading-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function signedWorld() {
  const folder = newFolder()
  const signer = await startSignerIn(folder)
  onTestFinished(() => signer.close())
  const yaml = `${OPERATORS}\naudit: { reserveBytes: 65536, checkpoint: { everyRecords: 1 }, signer: { socket: ./s } }`
  const world = await startTestGateway({ folder, yaml })
  onTestFinished(() => world.stop())
  const call = (sub: string) => world.call({ ...ECHO, token: world.token({ claims: { sub } }) })
  return { ...world, yaml, key: signer.verifierKey(), call, logs: join(folder, 'state/audit') }
}
const found = async (logs: string, person: string): Promise<number> =>
  (await search(logs, { person, tool: 'records___echo' }, 50)).hits.length

test('policy-audit §2.4: a person is erased from the log of a gateway that runs, and both verifiers say that it holds', async () => {
  const world = await signedWorld()
  await world.call('alice')
  await world.call('bob')
  await vi.waitFor(async () => expect(await found(world.logs, 'bob')).toBe(1))

  const erase = { person: 'alice', reason: 'request 17' }
  expect((await order(world, '/audit/erase', erase)).status).toBe(401)
  const nobody = { ...erase, token: world.token({ claims: { sub: 'bob' } }) }
  expect((await order(world, '/audit/erase', nobody)).status).toBe(403)
  expect(await found(world.logs, 'alice')).toBe(1)

  const { status, body } = await order(world, '/audit/erase', {
    ...erase,
    token: adminToken(world),
  })
  expect([status, body['inUse']]).toEqual([200, []])
  expect(await found(world.logs, 'alice')).toBe(0)
  expect(await found(world.logs, 'bob')).toBe(1)
  const [erased] = world.audit().filter(({ kind }) => kind === 'erased')
  expect(erased).toMatchObject({
    detail: { logs: [expect.any(String)] },
    about: { key: expect.any(String), reason: expect.any(String) },
  })
  // Why it was done is the operator's to say, and in the side file: it may name whom it is about.
  expect(JSON.stringify(erased)).not.toMatch(/alice|request 17/)
  expect((await search(world.logs, { kind: 'erased' }, 1)).hits[0]?.personal).toMatchObject({
    reason: 'request 17',
  })
  await world.call('alice')
  await vi.waitFor(async () => expect(await found(world.logs, 'alice')).toBe(1))

  await world.stop()
  const report = await verifyLog(world.logs, { keys: [world.key] })
  expect(report).toMatchObject({ findings: [], files: [{ erased: 1, open: false }] })
  expect(report.files[0]?.covered).toBe(report.records)
  const { status: exit, said } = verifier.run(['log', '-key', world.key, world.logs])
  expect(said).toContain('the logs hold')
  expect(exit).toBe(0)

  const [intent] = (await search(world.logs, { person: 'bob' }, 1)).hits
  if (intent === undefined) throw new Error('the call of bob is not found')
  const proof = join(world.folder, 'bob.tlog-proof')
  writeFileSync(proof, (await proveRecord(world.logs, intent)).proof)
  expect(verifier.run(['proof', '-key', world.key, proof]).said).toContain('the proof holds')
})

test('P-11, F-14: a backup made while calls run starts, verifies, and overwrites nothing', async () => {
  const world = await signedWorld()
  await world.call('alice')
  const copy = join(world.folder, 'copy')
  const calls = Promise.all(Array.from({ length: 20 }, () => world.call('bob')))
  await backUp(join(world.folder, 'state'), copy, '2026-04-01T06:00:00.000Z')
  expect((await calls).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
  await expect(backUp(join(world.folder, 'state'), copy, 'now')).rejects.toThrow('is not empty')
  const during = holdingSideFiles(world.logs, takeHold, () =>
    backUp(join(world.folder, 'state'), join(world.folder, 'during'), 'now'),
  )
  await expect(during).rejects.toThrow('a person is being erased')
  await expect(restore(copy, join(world.folder, 'state'))).rejects.toThrow('nothing is overwritten')

  const folder = newFolder()
  const state = join(folder, 'state')
  // Whatever became of the modes elsewhere, what comes back is nobody else's to read.
  for (const path of filesIn(copy)) chmodSync(path, 0o644)
  await restore(copy, state)
  expect(filesIn(state).filter((path) => (statSync(path).mode & 0o777) !== 0o600)).toEqual([])
  const logs = join(state, 'audit')
  expect(await verifyLog(logs)).toMatchObject({ findings: [], files: [{ open: true }] })
  expect(await found(logs, 'alice')).toBe(1)

  const again = await startTestGateway({ folder })
  expect((await again.call(ECHO)).status).toBe(200)
  await again.stop()
  expect(await verifyLog(logs)).toMatchObject({
    findings: [],
    files: [{ open: false }, { open: false }],
  })
})

test('a backup that lost a byte is not put back', async () => {
  const world = await signedWorld()
  const copy = join(world.folder, 'copy')
  await backUp(join(world.folder, 'state'), copy, '2026-04-01T06:00:00.000Z')
  const store = readFileSync(join(copy, 'state.sqlite'))
  writeFileSync(join(copy, 'state.sqlite'), store.subarray(1))
  await expect(restore(copy, join(newFolder(), 'state'))).rejects.toThrow(
    'is not what was backed up',
  )
})

test('policy-audit §2.2: pruning is recorded by the gateway that runs, before files go', async () => {
  const former = await signedWorld()
  await former.call('alice')
  await former.stop()
  const world = await startTestGateway({ folder: former.folder, yaml: former.yaml })
  onTestFinished(() => world.stop())
  const [log = ''] = readdirSync(former.logs).flatMap(
    (file) => /^(.*)\.jsonl$/.exec(file)?.[1] ?? [],
  )
  const words = ['audit', 'prune', '--before', '2999-01-01', '--yes', '--config', world.configFile]
  const { code, note } = await sallyport(words)
  expect([code, note]).toEqual([0, 'Removed.\n'])
  expect(existsSync(join(former.logs, `${log}.jsonl`))).toBe(false)
  await vi.waitFor(() => {
    const [recorded] = world.audit().filter(({ kind }) => kind === 'admin')
    expect(recorded).toMatchObject({
      detail: { order: 'prune', before: '2999-01-01', count: 1, logs: [{ log }] },
    })
  })
  await world.stop()
  expect(await verifyLog(former.logs, { keys: [former.key] })).toMatchObject({ findings: [] })
  const alone = await sallyport(words.with(3, '2998-01-01'))
  expect(alone.note).toContain('No gateway runs that would record it')
})

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((path) => statSync(path).isFile())
}
