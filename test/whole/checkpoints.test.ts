// The log and who vouches for it: a signer as a process of its own, anchors, sinks, and what is said when one is away.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readCheckpoints } from '@sallyport/gateway/audit/checkpoint.ts'
import { startSigner } from '@sallyport/gateway/audit/signer/signer.ts'
import { startTestGateway } from '../support/gateway.ts'

test('policy-audit §2.3: checkpoints are signed by somebody else, kept elsewhere, and cover all records at the end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-signer-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'elsewhere'))
  const signer = await startSigner({
    socket: join(folder, 's'),
    keyFile: join(folder, 'key'),
    name: 'gateway.example/audit',
  })
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
