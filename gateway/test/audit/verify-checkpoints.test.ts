import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { keyLine } from '../../src/audit/known-keys.ts'
import { verifyLog, type VerifyOptions } from '../../src/audit/verify.ts'
import { newFolder } from './made.ts'
import {
  changeLine,
  checkpointOf,
  closedLog,
  lineOf,
  linesOf,
  newKey,
  orderPrune,
  recordOf,
  sign,
  signedLog,
} from './signed.ts'

type Log = Awaited<ReturnType<typeof signedLog>>

const codes = async (folder: string, options?: VerifyOptions): Promise<string[]> => {
  const { ok, findings } = await verifyLog(folder, options)
  expect(ok).toBe(findings.length === 0)
  return findings.map(({ code }) => code)
}
const write = ({ paths }: Log, lines: readonly string[]): void =>
  writeFileSync(paths.log, `${lines.join('\n')}\n`)

describe('P-10: what a checkpoint finds that a log alone does not', () => {
  test('policy-audit §2.4: a log as it was written holds, and says what is covered', async () => {
    const { folder, key } = await signedLog()
    expect(await verifyLog(folder, { keys: [key.text] })).toMatchObject({
      ok: true,
      files: [{ records: 10, checkpoints: 2, covered: 10, pruned: 0, erased: 0 }],
    })
  })

  test('a record that was replaced together with its leaf', async () => {
    const log = await signedLog()
    write(log, log.lines.with(8, lineOf(recordOf(log.lines[8]).replace('ü', 'u'))))
    expect(await codes(log.folder)).toEqual(['root_mismatch'])
  })

  test('a log that stands under another name, checkpoints and all', async () => {
    const { folder, name, key } = await signedLog()
    const other = name.replace(/^\d{8}/, '20200101')
    for (const file of readdirSync(folder).filter((one) => one.startsWith(name))) {
      renameSync(join(folder, file), join(folder, file.replace(name, other)))
    }
    expect(await codes(folder, { keys: [key.text] })).toEqual([
      'untrusted_checkpoint',
      'untrusted_checkpoint',
    ])
  })

  test('a record that was replaced, behind a checkpoint of nothing', async () => {
    const log = await signedLog()
    const kept = readFileSync(log.paths.checkpoints)
    writeFileSync(log.paths.checkpoints, `${checkpointOf(log, 0, log.key)}\n`)
    appendFileSync(log.paths.checkpoints, kept)
    write(log, log.lines.with(8, lineOf(recordOf(log.lines[8]).replace('ü', 'u'))))
    expect(await codes(log.folder)).toEqual(['root_mismatch'])
  })

  test('a value of the side file that lost its salt, and one that names somebody else', async () => {
    const { folder, paths } = await signedLog()
    const lines = linesOf(paths.personal)
    const forged = lines
      .filter((line) => !line.includes('"salt"'))
      .map((line) => line.replace('"value":"alice"', '"value":"mallory"'))
    writeFileSync(paths.personal, `${forged.join('\n')}\n`)
    expect(new Set(await codes(folder))).toEqual(new Set(['commitment_mismatch']))
  })

  test('a tail that was cut at the end of a line, shutdown and all', async () => {
    const log = await signedLog()
    write(log, log.lines.slice(0, 8))
    expect(await codes(log.folder)).toEqual(['cut_tail', 'no_shutdown'])
  })

  test('a tail and the checkpoints over it that were cut, once a later checkpoint is at hand', async () => {
    const log = await signedLog()
    const kept = join(newFolder(), 'kept.checkpoints')
    writeFileSync(kept, checkpointOf(log, 10, log.key))
    const shortened = readFileSync(log.paths.checkpoints, 'utf8').split(/(?<=\n\n)(?!— )/)[0] ?? ''
    writeFileSync(log.paths.checkpoints, shortened)
    const shutdown = recordOf(log.lines[9]).replace('"sequence":9', '"sequence":4')
    write(log, [...log.lines.slice(0, 4), lineOf(shutdown)])
    expect(await codes(log.folder)).toEqual([])
    expect(await codes(log.folder, { checkpoints: [kept] })).toEqual(['cut_tail'])
  })

  test('a whole log that was removed, once its checkpoint is at hand', async () => {
    const log = await signedLog()
    const kept = newFolder()
    copyFileSync(log.paths.checkpoints, join(kept, `${log.name}.checkpoints`))
    await closedLog(log.folder)
    for (const path of Object.values(log.paths)) rmSync(path, { force: true })
    expect(await codes(log.folder)).toEqual([])
    expect(await codes(log.folder, { checkpoints: [kept] })).toEqual(['missing_log', 'missing_log'])
  })

  test('a whole log that was written anew and signed with another key', async () => {
    const log = await signedLog()
    const other = newKey()
    write(log, log.lines.with(8, lineOf(recordOf(log.lines[8]).replace('ü', 'u'))))
    writeFileSync(log.paths.checkpoints, '')
    sign(log, [10], other)
    expect(await codes(log.folder)).toEqual(['untrusted_checkpoint'])
    writeFileSync(
      join(log.folder, 'checkpoint.keys'),
      changeLine(other, other).replace(/,"statement.*/, '}'),
    )
    expect(await codes(log.folder)).toEqual([])
    expect(await codes(log.folder, { keys: [log.key.text] })).toEqual(['untrusted_checkpoint'])
  })

  test('the file of another log under its name', async () => {
    const [one, two] = [await signedLog(), await signedLog()]
    renameSync(two.paths.log, one.paths.log)
    expect(await codes(one.folder)).toContain('root_mismatch')
  })

  test('a checkpoint of another log, and one that is none', async () => {
    const [one, two] = [await signedLog(), await signedLog()]
    appendFileSync(one.paths.checkpoints, readFileSync(two.paths.checkpoints))
    expect(await codes(one.folder)).toContain('untrusted_checkpoint')
    const log = await signedLog()
    const text = readFileSync(log.paths.checkpoints, 'utf8')
    writeFileSync(log.paths.checkpoints, text.replace('\n4\n', '\n04\n'))
    expect(await codes(log.folder)).toEqual(['malformed_checkpoint'])
  })

  test('checkpoints whose sizes fall', async () => {
    const log = await signedLog()
    sign(log, [4], log.key)
    expect(await codes(log.folder)).toEqual(['checkpoint_order'])
  })
})

describe('docs/audit-format.md, Keys', () => {
  test('a key that the one before it vouches for is believed, from the first or from a kept one', async () => {
    const log = await signedLog()
    const next = newKey()
    appendFileSync(join(log.folder, 'checkpoint.keys'), changeLine(log.key, next))
    writeFileSync(log.paths.checkpoints, '')
    sign(log, [10], next)
    expect(await codes(log.folder)).toEqual([])
    expect(await codes(log.folder, { keys: [log.key.text] })).toEqual([])
    expect(await codes(log.folder, { keys: [next.text] })).toEqual([])
  })

  test('a key that another one took the place of signs no larger tree, and no log that began later', async () => {
    const log = await signedLog()
    const next = newKey()
    const later = new Date(Date.now() + 60_000).toISOString()
    const keys = join(log.folder, 'checkpoint.keys')
    appendFileSync(keys, changeLine(log.key, next, log.key, later))
    writeFileSync(log.paths.checkpoints, '')
    sign(log, [4], log.key)
    sign(log, [8], next)
    expect(await codes(log.folder)).toEqual([])
    sign(log, [10], log.key)
    expect(await codes(log.folder)).toEqual(['untrusted_checkpoint'])
    // An hour before the log began.
    const earlier = new Date(Date.now() - 3_600_000).toISOString()
    writeFileSync(
      keys,
      keyLine({ key: log.key.text }) + changeLine(log.key, next, log.key, earlier),
    )
    writeFileSync(log.paths.checkpoints, '')
    sign(log, [10], log.key)
    expect(await codes(log.folder)).toEqual(['untrusted_checkpoint'])
    writeFileSync(log.paths.checkpoints, '')
    sign(log, [10], next)
    expect(await codes(log.folder)).toEqual([])
    rmSync(log.paths.log)
    await orderPrune(log, 10, log.key)
    expect(await codes(log.folder)).toEqual(['prune_statement', 'removed_records'])
  })

  test('a key that nobody vouches for is a finding, and so is what it signed', async () => {
    const log = await signedLog()
    const next = newKey()
    appendFileSync(join(log.folder, 'checkpoint.keys'), changeLine(log.key, next, next))
    sign(log, [10], next)
    expect(await codes(log.folder)).toEqual(['key_without_voucher', 'untrusted_checkpoint'])
  })
})

describe('policy-audit §2.4, retention: records that were pruned', () => {
  /** The same records in two segments of five, the first one pruned. */
  const pruned = async (): Promise<Log> => {
    const log = await signedLog()
    const path = log.paths.log.replace('.jsonl', '.000002.jsonl')
    writeFileSync(path, `${log.lines.slice(5).join('\n')}\n`)
    rmSync(log.paths.log)
    await orderPrune(log, 10, log.key)
    return log
  }

  test('the hashes that are left hold against the checkpoints', async () => {
    const { folder } = await pruned()
    expect(await verifyLog(folder)).toMatchObject({
      ok: true,
      files: [{ records: 5, pruned: 5, covered: 10 }],
    })
  })

  test('hashes that were changed, cut or removed are found', async () => {
    const log = await pruned()
    const hashes = readFileSync(log.paths.tree)
    const changed = Buffer.from(hashes)
    changed[3] = 1 ^ (changed[3] ?? 0)
    writeFileSync(log.paths.tree, changed)
    expect(await codes(log.folder)).toEqual(['root_mismatch'])
    writeFileSync(log.paths.tree, hashes.subarray(0, 64))
    expect(await codes(log.folder)).toContain('missing_hashes')
    rmSync(log.paths.tree)
    expect(await codes(log.folder)).toContain('missing_hashes')
  })

  test('a segment that is missing in the middle is found', async () => {
    const log = await pruned()
    const second = log.paths.log.replace('.jsonl', '.000002.jsonl')
    const lines = linesOf(second)
    writeFileSync(second, `${lines.slice(0, 2).join('\n')}\n`)
    const fourth = log.paths.log.replace('.jsonl', '.000004.jsonl')
    writeFileSync(fourth, `${lines.slice(2).join('\n')}\n`)
    expect(await codes(log.folder)).toEqual(['missing_segment'])
  })

  test('all records may be pruned, as long as a checkpoint covers them', async () => {
    const log = await pruned()
    rmSync(log.paths.log.replace('.jsonl', '.000002.jsonl'))
    expect(await verifyLog(log.folder)).toMatchObject({ ok: true, files: [{ pruned: 10 }] })
    mkdirSync(join(log.folder, 'elsewhere'))
    renameSync(log.paths.checkpoints, join(log.folder, 'elsewhere/x.checkpoints'))
    expect(await codes(log.folder)).toEqual(['no_log'])
  })
})
