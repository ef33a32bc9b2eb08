// The log and who vouches for it: a signer as a process of its own, anchors, sinks, and what is said when one is away.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startWitness } from '@sallyport/sample/witness/witness.ts'
import { isSignedBy, parseVerifierKey } from '@sallyport/gateway/audit/note.ts'
import { readCheckpoints } from '@sallyport/gateway/audit/checkpoint.ts'
import { startTestGateway } from '../support/gateway.ts'
import { startSignerIn } from '../support/signer.ts'
import { startSink } from '../support/sink.ts'

test('policy-audit §2.3: checkpoints are signed by somebody else, kept elsewhere, and cover all records at the end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-signer-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'elsewhere'))
  const signer = await startSignerIn(folder)
  onTestFinished(() => signer.close())
  const world = await startTestGateway({
    folder,
    yaml: `audit: { checkpoint: { everyRecords: 1 }, signer: { socket: ./s }, anchors: { safe: { kind: folder, path: ./elsewhere } } }`,
  })
  await world.call({ method: 'tools/call', params: { name: 'echo', arguments: {} } })
  const audit = join(folder, 'state/audit')
  const file = await vi.waitFor(() => {
    const name = readdirSync(join(folder, 'elsewhere'))[0]
    if (name === undefined) throw new Error('nothing is anchored yet')
    return name
  })
  await world.stop()
  const kept = await readCheckpoints(join(audit, file))
  const last = kept.at(-1)
  expect(kept).not.toContain(undefined)
  expect(last?.size).toBe(world.audit().length)
  expect(readFileSync(join(folder, 'elsewhere', file), 'utf8')).toContain(`\n${last?.size}\n`)
  expect(readFileSync(join(audit, 'checkpoint.keys'), 'utf8')).toContain(signer.verifierKey())
  expect(world.audit().map(({ kind }) => kind)).toContain('key_changed')
  expect(readdirSync(audit).filter((name) => name.endsWith('.progress'))).toEqual([])
})

test('policy-audit §2.3, §2.6: a witness cosigns what it is shown, and a sink has every record of the process', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-signer-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const signer = await startSignerIn(folder)
  onTestFinished(() => signer.close())
  const witness = await startWitness({ logs: signer.verifierKey() })
  onTestFinished(() => witness.stop())
  const sink = await startSink()
  onTestFinished(() => sink.stop())
  const world = await startTestGateway({
    folder,
    yaml: `audit:
  reserveBytes: 65536
  checkpoint: { everyRecords: 1 }
  signer: { socket: ./s }
  anchors: { notary: { kind: witness, url: "${witness.url}", key: "${witness.key}", allowInsecure: true } }
  sinks: { siem: { kind: https, url: "${sink.url}", allowInsecure: true } }`,
  })
  expect(
    (await world.call({ method: 'tools/call', params: { name: 'echo', arguments: {} } })).status,
  ).toBe(200)
  await vi.waitFor(() => expect(Object.keys(witness.seen())).toHaveLength(1), 10_000)
  await world.stop()

  const records = world.audit()
  const [origin = ''] = Object.keys(witness.seen())
  expect(witness.seen()).toEqual({ [origin]: records.length })
  const log = origin.slice(origin.lastIndexOf('/') + 1)
  const last = (await readCheckpoints(join(folder, `state/audit/${log}.checkpoints`))).at(-1)
  const key = parseVerifierKey(witness.key)
  expect(last?.size).toBe(records.length)
  expect(last && key && isSignedBy(last.note, key)).toBe(true)
  const lines = sink.received().split('\n').filter(Boolean)
  expect(lines.map((line) => (JSON.parse(line) as { record: unknown }).record)).toEqual(records)
})
