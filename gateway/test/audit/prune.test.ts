import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { segmentPaths } from '../../src/audit/log-folder.ts'
import { planPrune, prune } from '../../src/audit/prune.ts'
import { proveConsistency, proveRecord } from '../../src/audit/prove.ts'
import { search } from '../../src/audit/search.ts'
import { verifyLog } from '../../src/audit/verify.ts'
import { checkpointOf, newKey, orderPrune, pruneSigner, sign, signedLog } from './signed.ts'

const LATER = Date.now() + 86_400_000

/** The log in two segments of five records. */
async function twoSegments() {
  const log = await signedLog()
  const kept = checkpointOf(log, 3, log.key)
  const second = log.paths.log.replace('.jsonl', '.000002.jsonl')
  writeFileSync(log.paths.log, `${log.lines.slice(0, 5).join('\n')}\n`)
  writeFileSync(second, `${log.lines.slice(5).join('\n')}\n`)
  return { ...log, kept, second }
}

test('policy-audit §2.4: an old segment goes, and verify, proofs and search go on', async () => {
  const log = await twoSegments()
  writeFileSync(log.paths.lock, '')
  const plan = await planPrune(log.folder, LATER)
  // The segment that is being written stays, however old.
  expect(plan).toMatchObject({ segments: [{ log: log.name, records: 5 }], kept: [] })
  await prune(log.folder, plan.segments, pruneSigner(log.key))
  expect(segmentPaths(log.folder, log.name)).toEqual([log.second])
  expect(await verifyLog(log.folder, { keys: [log.key.text] })).toMatchObject({
    ok: true,
    files: [{ pruned: 5, records: 5, covered: 10 }],
  })
  const { proof } = await proveRecord(log.folder, { log: log.name, sequence: 7 })
  expect(proof).toContain('index 7\n')
  expect((await proveConsistency(log.folder, log.kept)).from).toBe(3)
  const { hits } = await search(log.folder, {}, 50)
  expect(hits.map(({ sequence }) => sequence)).toEqual([9, 8, 6])
})

test('with the last record of a log its personal values go, and the log still verifies', async () => {
  const log = await twoSegments()
  const { segments } = await planPrune(log.folder, LATER)
  await prune(log.folder, segments, pruneSigner(log.key))
  expect(segmentPaths(log.folder, log.name)).toEqual([])
  expect(existsSync(log.paths.personal)).toBe(false)
  expect(await verifyLog(log.folder)).toMatchObject({ ok: true, files: [{ pruned: 10 }] })
})

test('what is young enough stays, and so does everything behind it', async () => {
  const log = await twoSegments()
  expect(await planPrune(log.folder, Date.parse('2020-01-01'))).toEqual({ segments: [], kept: [] })
})

test('a segment that no checkpoint covers is refused, and says why', async () => {
  const log = await twoSegments()
  writeFileSync(log.paths.checkpoints, '')
  expect((await planPrune(log.folder, LATER)).kept).toMatchObject([
    { why: expect.stringContaining('no checkpoint') },
  ])
  const whole = { ...log, paths: { ...log.paths, log: join(log.folder, 'whole') } }
  writeFileSync(whole.paths.log, `${log.lines.join('\n')}\n`)
  sign(whole, [7], log.key)
  const plan = await planPrune(log.folder, LATER)
  expect(plan.segments).toHaveLength(1)
  expect(plan.kept).toMatchObject([{ why: expect.stringContaining('up to record 6') }])
})

test('policy-audit §2.6: what a sink still lacks stays, unless the configuration has that sink no more', async () => {
  const log = await twoSegments()
  const has = (siem: number): void =>
    writeFileSync(log.paths.progress, JSON.stringify({ anchors: {}, sinks: { siem, other: 10 } }))
  has(4)
  expect(await planPrune(log.folder, LATER)).toMatchObject({
    segments: [],
    kept: [{ why: 'sink `siem` has it up to record 3, and it ends with 4' }],
  })
  expect((await planPrune(log.folder, LATER, ['other'])).segments).toHaveLength(2)
  // One that is new in the configuration has nothing of a log that is not at its end.
  expect((await planPrune(log.folder, LATER, ['new'])).kept).toMatchObject([
    { why: 'sink `new` has nothing of it, and it ends with 4' },
  ])
  has(5)
  const { segments, kept } = await planPrune(log.folder, LATER)
  expect(segments).toHaveLength(1)
  expect(kept).toMatchObject([{ why: expect.stringContaining('up to record 4') }])
})

test('hashes that do not lead to the checkpoint keep the records where they are', async () => {
  const log = await twoSegments()
  const hashes = readFileSync(log.paths.tree)
  hashes[0] = 1 ^ (hashes[0] ?? 0)
  writeFileSync(log.paths.tree, hashes)
  expect((await planPrune(log.folder, LATER)).segments).toEqual([])
})

test('a line that is none keeps its segment: somebody has to look at it', async () => {
  const log = await twoSegments()
  writeFileSync(log.paths.log, `x\n${log.lines.slice(0, 5).join('\n')}\n`)
  expect(await planPrune(log.folder, LATER)).toEqual({ segments: [], kept: [] })
})

test('policy-audit §2.4: a prune that is killed before the last record goes leaves no side file that nobody looks for', async () => {
  const log = await twoSegments()
  writeFileSync(`${log.paths.personal}.next`, 'half')
  const { segments } = await planPrune(log.folder, LATER)
  // A folder in place of the last segment: to remove it fails, as if the process had died there.
  const last = segments.slice(-1)
  await prune(log.folder, segments.slice(0, -1), pruneSigner(log.key))
  rmSync(log.second)
  mkdirSync(log.second)
  await expect(prune(log.folder, last, pruneSigner(log.key))).rejects.toThrow(log.second)
  expect(existsSync(log.paths.personal)).toBe(false)
  expect(existsSync(`${log.paths.personal}.next`)).toBe(false)
})

describe('policy-audit §2.4: pruned by order is told from removed', () => {
  const findings = async (log: Awaited<ReturnType<typeof twoSegments>>) =>
    (await verifyLog(log.folder, { keys: [log.key.text] })).findings.map(({ code, what }) => [
      code,
      what,
    ])

  test('records that are gone without an order are found, though their hashes hold', async () => {
    const log = await twoSegments()
    rmSync(log.paths.log)
    expect(await findings(log)).toEqual([
      ['removed_records', '5 records are not there, and nobody ordered to prune any'],
    ])
  })

  test('and so are more than were ordered, and the file of orders when it is removed', async () => {
    const log = await twoSegments()
    const { segments } = await planPrune(log.folder, LATER)
    await prune(log.folder, segments.slice(0, 1), pruneSigner(log.key))
    expect(await findings(log)).toEqual([])
    rmSync(log.second)
    const more = '10 records are not there, and those that were ordered to go are 5'
    expect(await findings(log)).toEqual([['removed_records', more]])
    await orderPrune(log, 10, log.key)
    expect(await findings(log)).toEqual([])
    rmSync(log.paths.pruned)
    expect((await findings(log))[0]?.[0]).toBe('removed_records')
  })

  test('an order by another key, about another log or that is none is no order, and is said', async () => {
    const [log, other] = [await twoSegments(), await twoSegments()]
    rmSync(log.paths.log)
    await orderPrune(log, 5, newKey())
    await orderPrune({ ...other, paths: log.paths }, 5, log.key)
    appendFileSync(log.paths.pruned, checkpointOf(other, 5, log.key) + '\n')
    expect(await findings(log)).toMatchObject([
      ['prune_statement', 'statement 1 is signed by no key that is believed'],
      ['prune_statement', `statement 2 is about the log ${other.name}`],
      ['prune_statement', 'statement 3 is none'],
      ['removed_records', expect.stringContaining('nobody ordered')],
    ])
  })

  test('nothing goes where the signer does not say that it may', async () => {
    const log = await twoSegments()
    const { segments } = await planPrune(log.folder, LATER)
    const refuses = () => Promise.reject(new Error('the signer refused'))
    await expect(prune(log.folder, segments, refuses)).rejects.toThrow('the signer refused')
    expect(segmentPaths(log.folder, log.name)).toHaveLength(2)
  })
})
