import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { LEAF_AT, LEAF_LENGTH } from '../../src/audit/line.ts'
import { logNames, pathsOf, segmentPaths } from '../../src/audit/log-folder.ts'
import { createSegments } from '../../src/audit/segments.ts'
import { openTree } from '../../src/audit/tree-file.ts'
import { nodeHash, rootHash } from '../../src/audit/tree.ts'
import { newFolder, openAudit, recordsIn } from './made.ts'

/** A log that was written into at least so many segments, still open. */
async function writtenInto(folder: string, segments: number) {
  const audit = await openAudit(folder, { rotateBytes: 1024 })
  const [name = ''] = logNames(folder)
  await vi.waitFor(
    async () => {
      await audit.event('config_changed', { text: 'x'.repeat(500) })
      await audit.event('config_changed', { text: 'y'.repeat(500) })
      expect(segmentPaths(folder, name).length).toBeGreaterThanOrEqual(segments)
    },
    { timeout: 15_000, interval: 100 },
  )
  await audit.event('config_changed', { text: 'in the last one' })
  return { audit, name }
}

function leavesIn(folder: string, name: string): Buffer[] {
  return segmentPaths(folder, name).flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => Buffer.from(line.slice(LEAF_AT, LEAF_AT + LEAF_LENGTH), 'base64url')),
  )
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] as Buffer
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)))
}

test('policy-audit §2.3: the segments of a log go on where the one before ended, under one tree', async () => {
  const folder = newFolder()
  const { audit, name } = await writtenInto(folder, 3)
  const live = await audit.own.tree({ size: 0, from: 2 })
  const leaves = leavesIn(folder, name)
  expect(live.size).toBe(leaves.length)
  expect(live.root).toEqual(rootOf(leaves))
  expect(live.proof?.length).toBeGreaterThan(0)
  await audit.close()
  expect(recordsIn(folder).map(({ sequence }) => sequence)).toEqual(
    recordsIn(folder).map((_, at) => at),
  )
  const all = leavesIn(folder, name)
  const size = all.length
  openTree(pathsOf(folder, name).tree, size, ({ node }) => {
    expect(rootHash(size, node)).toEqual(rootOf(all))
  })
  expect((await audit.own.tree({ size: 0, from: 1 })).root).toEqual(rootOf(all))
})

test('F-15: what follows the last whole record is set aside, later segments and all', async () => {
  const folder = newFolder()
  const { audit, name } = await writtenInto(folder, 3)
  const copy = newFolder()
  cpSync(folder, copy, { recursive: true })
  await audit.close()
  const [first = '', second = '', ...rest] = segmentPaths(copy, name)
  const whole = readFileSync(second)
  const cut = whole.lastIndexOf('\n', whole.length - 2) + 1
  truncateSync(second, cut + 10)
  for (const path of rest) writeFileSync(path, 'no record\n')
  rmSync(pathsOf(copy, name).lock)
  writeFileSync(pathsOf(copy, name).lock, '')

  const next = await openAudit(copy)
  await next.close()
  expect(segmentPaths(copy, name)).toEqual([first, second])
  expect(readFileSync(second)).toEqual(whole.subarray(0, cut))
  expect(statSync(pathsOf(copy, name).torn).size).toBe(10 + rest.length * 10)
})

test('F-13: what a failed fdatasync may have lost is handed to the kernel again in every segment', () => {
  const files = new Map<number, string>()
  const segments = createSegments(1, {
    write: (fd, bytes, from, position) => {
      const old = (files.get(fd) ?? '').padEnd(position, '?').slice(0, position)
      files.set(fd, old + bytes.subarray(from).toString())
      return bytes.length - from
    },
    read: () => 0,
    truncate: (fd, size) => void files.set(fd, (files.get(fd) ?? '').slice(0, size)),
    sync: () => undefined,
  })
  segments.append(Buffer.from('one'), 1)
  segments.append(Buffer.from('two'), 2)
  segments.goOnWith(2)
  segments.append(Buffer.from('three'), 3)
  segments.synced(1)
  files.set(1, 'one')
  files.set(2, '')
  segments.restore(true)
  expect([...files.values()]).toEqual(['onetwo', 'three'])

  // What is on the disk is left alone, and its file may be closed.
  segments.synced(2)
  files.clear()
  segments.restore(true)
  expect([...files]).toEqual([[2, 'three']])
})
