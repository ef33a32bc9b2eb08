import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { proveConsistency, proveRecord } from '../../src/audit/prove.ts'
import { checkpointOf, lineOf, recordOf, sign, signedLog } from './signed.ts'

test('C2SP tlog-proof: a record, its index, the way to the root, the newest checkpoint over it', async () => {
  const log = await signedLog()
  const { record, proof } = await proveRecord(log.folder, { log: log.name, sequence: 2 })
  expect(record).toBe(recordOf(log.lines[2]))
  const [head = '', ...checkpoint] = proof.split(/(?<=\n)\n/)
  expect(head.split('\n')).toEqual([
    'c2sp.org/tlog-proof@v1',
    `extra ${Buffer.from(record).toString('base64')}`,
    'index 2',
    ...Array.from({ length: 4 }, () => expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/)),
    '',
  ])
  expect(checkpoint.join('\n')).toBe(checkpointOf(log, 10, log.key))
})

test('the proof is made from the records where the file of hashes is lost or wrong', async () => {
  const log = await signedLog()
  const at = { log: log.name, sequence: 7 }
  const { proof } = await proveRecord(log.folder, at)
  writeFileSync(log.paths.tree, Buffer.alloc(64 * 32, 1))
  expect((await proveRecord(log.folder, at)).proof).toBe(proof)
  rmSync(log.paths.tree)
  expect((await proveRecord(log.folder, at)).proof).toBe(proof)
})

test('there is no proof of what is not there, not covered yet, or changed', async () => {
  const log = await signedLog()
  const prove = (sequence: number) => proveRecord(log.folder, { log: log.name, sequence })
  await expect(prove(10)).rejects.toThrow('there is no record 10')
  appendFileSync(log.paths.log, `${lineOf(recordOf(log.lines[9]).replace(':9,', ':10,'))}\n`)
  await expect(prove(10)).rejects.toThrow('no checkpoint covers record 10')
  const changed = lineOf(recordOf(log.lines[8]).replace('ü', 'u'))
  writeFileSync(log.paths.log, `${log.lines.with(8, changed).join('\n')}\n`)
  await expect(prove(8)).rejects.toThrow('is not the one under the checkpoint')
})

test('C2SP tlog-witness: the way from a checkpoint that was kept to the newest', async () => {
  const log = await signedLog()
  const kept = checkpointOf(log, 4, log.key)
  const { from, to, offer } = await proveConsistency(log.folder, kept)
  expect([from, to]).toEqual([4, 10])
  expect(offer).toMatch(/^old 4\n([A-Za-z0-9+/]{43}=\n)+\n/)
  expect(offer.endsWith(checkpointOf(log, 10, log.key))).toBe(true)
})

test('a log that was cut or changed does not continue a checkpoint that was kept', async () => {
  const log = await signedLog()
  const kept = checkpointOf(log, 9, log.key)
  const changed = lineOf(recordOf(log.lines[1]).replace('"ok"', '"no"'))
  writeFileSync(log.paths.log, `${log.lines.with(1, changed).join('\n')}\n`)
  rmSync(log.paths.tree)
  writeFileSync(log.paths.checkpoints, '')
  sign(log, [10], log.key)
  await expect(proveConsistency(log.folder, kept)).rejects.toThrow('does not continue')
  writeFileSync(log.paths.checkpoints, '')
  sign(log, [4], log.key)
  await expect(proveConsistency(log.folder, kept)).rejects.toThrow('the log was cut')
  expect(readFileSync(log.paths.checkpoints, 'utf8')).toContain('\n4\n')
})
