import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { pathsOf } from '../../src/audit/log-folder.ts'
import { readFrom, type Gone } from '../../src/audit/publish/followed-log.ts'
import { mendTree } from '../../src/audit/publish/mend-tree.ts'
import { newFolder } from './made.ts'
import { lineOf, signedLog } from './signed.ts'

const NAME = '20260401T060000123Z-3f2a9c0d1e4b'

/** A log of twelve records in segments of three. */
function segmented() {
  const folder = newFolder()
  const { log } = pathsOf(folder, NAME)
  const paths = [
    log,
    ...['000002', '000003', '000004'].map((n) => log.replace('.jsonl', `.${n}.jsonl`)),
  ]
  for (const [at, path] of paths.entries()) {
    const lines = [0, 1, 2].map((n) => `${lineOf(`{"sequence":${3 * at + n}}`)}\n`)
    writeFileSync(path, lines.join(''))
  }
  const never = () => Promise.reject(new Error('not asked for'))
  const followed = { folder, name: NAME, records: () => 12, tree: never, sync: never }
  const remove = (...segments: readonly number[]): void => {
    for (const segment of segments) rmSync(paths[segment - 1] ?? '')
  }
  return { followed, remove, paths }
}

function reader(followed: ReturnType<typeof segmented>['followed'], first: number) {
  const gone: Gone[] = []
  const lines = readFrom(followed, first, (one) => gone.push(one))
  const read = async (): Promise<number[]> => {
    const { bytes, count } = await lines.next(1)
    const found = bytes.toString().split('\n').filter(Boolean)
    expect(found).toHaveLength(count)
    return found.map(
      (line) => (JSON.parse(line) as { record: { sequence: number } }).record.sequence,
    )
  }
  const all = async (): Promise<number[]> => {
    const got: number[] = []
    for (let some = await read(); some.length > 0; some = await read()) {
      expect(some[0]).toBe(lines.sequence())
      lines.taken()
      got.push(...some)
    }
    return got
  }
  return { gone, read, all, lines }
}

describe('policy-audit §2.6: a sink gets what is there', () => {
  test('from the record on that it lacks', async () => {
    const { all, gone } = reader(segmented().followed, 4)
    expect([await all(), gone]).toEqual([[4, 5, 6, 7, 8, 9, 10, 11], []])
  })

  test('when the front was pruned behind what it has, and none under a wrong number', async () => {
    const log = segmented()
    log.remove(1)
    const { all, gone } = reader(log.followed, 4)
    expect([await all(), gone]).toEqual([[4, 5, 6, 7, 8, 9, 10, 11], []])
  })

  test('when the front is gone that it has not read, and what is missing is said', async () => {
    const log = segmented()
    log.remove(1, 2)
    const { all, gone, lines } = reader(log.followed, 2)
    expect(await all()).toEqual([6, 7, 8, 9, 10, 11])
    expect(gone).toEqual([{ first: 2, end: 6 }])
    expect(lines.sequence()).toBe(12)
  })

  test('when files are removed while it reads them', async () => {
    const log = segmented()
    const { read, all, gone, lines } = reader(log.followed, 0)
    expect(await read()).toEqual([0, 1, 2])
    lines.taken()
    log.remove(1, 2)
    expect(await all()).toEqual([6, 7, 8, 9, 10, 11])
    expect(gone).toEqual([{ first: 3, end: 6 }])
  })

  test('when nothing is left, and all that is missing is said', async () => {
    const log = segmented()
    log.remove(1, 2, 3, 4)
    const { all, gone, lines } = reader(log.followed, 5)
    expect([await all(), gone, lines.sequence()]).toEqual([[], [{ first: 5, end: 12 }], 12])
  })

  test('not where the first line says that it is no record of this log', async () => {
    const log = segmented()
    writeFileSync(log.paths[0] ?? '', `${lineOf('{"sequence":1e300}')}\n`)
    await expect(reader(log.followed, 0).read()).rejects.toThrow('is no record of this log')
  })
})

test('policy-audit §2.4: the hashes of a log of which all was pruned stay what they are', async () => {
  const { folder, name, paths } = await signedLog()
  rmSync(paths.log)
  const before = readFileSync(paths.tree)
  expect(await mendTree(folder, name)).toBe(10)
  expect(readFileSync(paths.tree)).toEqual(before)
})
