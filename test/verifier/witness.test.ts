// Cosignatures of witnesses, as our verifier and the independent one see them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { proveRecord } from '../../gateway/src/audit/prove.ts'
import { verifyLog } from '../../gateway/src/audit/verify.ts'
import {
  cosign,
  newKey,
  sign,
  signedLog,
  witnessKeyText,
  type SigningKey,
} from '../../gateway/test/audit/signed.ts'
import { buildGo } from '../support/go.ts'

const verifier = buildGo('test/verifier')
afterAll(verifier.remove)

type Log = Awaited<ReturnType<typeof signedLog>>

describe('C2SP tlog-cosignature: both verifiers', () => {
  const both = async (log: Log, witness: SigningKey): Promise<readonly [boolean, string]> => {
    const key = witnessKeyText(witness)
    const words = ['log', '-key', log.key.text, '-witness', key, log.folder]
    const { status, said } = verifier.run(words)
    const report = await verifyLog(log.folder, { keys: [log.key.text], witnesses: [key] })
    expect(report.ok).toBe(status === 0)
    return [report.ok, `${said}\n${report.findings.map(({ code }) => code).join()}`]
  }

  test('accept what a witness has seen to the last checkpoint, and a log of which it will be sent the rest', async () => {
    const log = await signedLog()
    const witness = newKey()
    cosign(log, 10, log.key, witness)
    expect((await both(log, witness))[0]).toBe(true)
    const late = await signedLog()
    writeFileSync(late.paths.progress, '{}')
    expect((await both(late, witness))[0]).toBe(true)
    const report = await verifyLog(log.folder, { witnesses: [witnessKeyText(witness)] })
    expect(report.files).toMatchObject([{ covered: 10, witnessed: 10 }])
    expect(report.limits.join()).not.toContain('write all of it anew')
  })

  test('see a log that the witness has not seen, or not to its end', async () => {
    const log = await signedLog()
    const witness = newKey()
    expect((await both(log, witness))[1]).toContain('has seen 0 of 10 records')
    const half = await signedLog()
    writeFileSync(half.paths.checkpoints, '')
    cosign(half, 4, half.key, witness)
    sign(half, [10], half.key)
    const [holds, said] = await both(half, witness)
    expect([holds, said]).toEqual([false, expect.stringContaining('not_witnessed')])
    expect(said).toContain('has seen 4 of 10 records')
  })

  test('see a cosignature that is not good, and ignore one of somebody else', async () => {
    const log = await signedLog()
    const witness = newKey()
    cosign(log, 10, log.key, witness)
    expect((await both(log, newKey()))[1]).toContain('not_witnessed')
    const text = readFileSync(log.paths.checkpoints, 'utf8')
    const bent = text.replace(
      /(— witness\.example .{40})(.)/,
      (_, head: string, letter: string) => `${head}${letter === 'A' ? 'B' : 'A'}`,
    )
    writeFileSync(log.paths.checkpoints, bent)
    const [holds, said] = await both(log, witness)
    expect([holds, said]).toEqual([false, expect.stringContaining('bad_cosignature')])
    expect(said).toContain('on the checkpoint of size 10 is not good')
  })

  test('a proof is under a checkpoint that the witness has seen, where one is asked for', async () => {
    const log = await signedLog()
    const witness = newKey()
    const file = join(log.folder, 'one.tlog-proof')
    const statusOf = async (): Promise<number | null> => {
      writeFileSync(file, (await proveRecord(log.folder, { log: log.name, sequence: 2 })).proof)
      const words = ['proof', '-key', log.key.text, '-witness', witnessKeyText(witness), file]
      return verifier.run(words).status
    }
    expect(await statusOf()).toBe(1)
    cosign(log, 10, log.key, witness)
    expect(await statusOf()).toBe(0)
  })
})
