import { expect, test } from 'vitest'
import { createWaiting } from '../../src/audit/waiting.ts'

/** Syncs that end when the test says so. */
function start() {
  const syncs: { end: () => void; fail: (error: Error) => void }[] = []
  const abandoned: [number, string][] = []
  const ends = new Map<string, unknown>()
  let reached = 0
  let synced = 0
  const waiting = createWaiting({
    sync: () => new Promise((end, fail) => void syncs.push({ end, fail })),
    reached: () => reached,
    onSynced: (batch) => {
      synced = batch
    },
    onSyncFailed: () => undefined,
    onAbandoned: (sequence, requestId) => abandoned.push([sequence, requestId]),
  })
  const wait = (frame: number, durability: 'written' | 'synced', intentOf?: string): void => {
    const name = `${frame}`
    waiting.add({
      frame,
      durability,
      intentOf,
      resolve: (sequence) => ends.set(name, sequence),
      reject: (fault) => ends.set(name, fault.code),
    })
  }
  const written = (first: number, end: number, sequence: number): void => {
    reached += 1
    waiting.written(first, end, sequence)
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return { waiting, wait, written, syncs, ends, abandoned, settle, synced: () => synced }
}

test('policy-audit §2.1: `written` ends with the write, `synced` with an fdatasync', async () => {
  const { wait, written, syncs, ends, settle } = start()
  wait(0, 'written', 'r0')
  wait(1, 'synced', 'r1')
  await settle()
  expect(ends.size).toBe(0)
  written(0, 2, 40)
  await settle()
  expect([...ends]).toEqual([['0', 40]])
  syncs[0]?.end()
  await settle()
  expect(ends.get('1')).toBe(41)
})

test('policy-audit §2.1: who comes while an fdatasync runs shares the next, never this one', async () => {
  const { wait, written, syncs, ends, settle, synced } = start()
  wait(0, 'synced', 'r0')
  written(0, 1, 0)
  wait(1, 'synced', 'r1')
  wait(2, 'synced', 'r2')
  written(1, 3, 1)
  await settle()
  expect(syncs).toHaveLength(1)
  syncs[0]?.end()
  await settle()
  expect([...ends]).toEqual([['0', 0]])
  expect(synced()).toBe(1)
  expect(syncs).toHaveLength(2)
  syncs[1]?.end()
  await settle()
  expect([...ends.values()]).toEqual([0, 1, 2])
  expect(synced()).toBe(2)
})

test('F-14: a failed fdatasync refuses who waited, and none is tried until the bytes are written again', async () => {
  const { waiting, wait, written, syncs, ends, settle, abandoned, synced } = start()
  wait(0, 'synced', 'r0')
  written(0, 1, 7)
  syncs[0]?.fail(new Error('EIO'))
  await settle()
  expect(ends.get('0')).toBe('audit.unavailable')
  expect(abandoned).toEqual([[7, 'r0']])

  wait(1, 'synced')
  written(1, 2, 8)
  await waiting.sync()
  expect(syncs).toHaveLength(1)
  expect(synced()).toBe(0)
  waiting.resume()
  const again = waiting.sync()
  await settle()
  syncs[1]?.end()
  await again
  expect(ends.get('1')).toBe(8)
  expect(waiting.unsynced()).toBe(false)
})

test('a failed write refuses intents alone: an event is written later', async () => {
  const { waiting, wait, written, syncs, ends, settle } = start()
  wait(0, 'written', 'r0')
  wait(1, 'synced')
  waiting.refuse(2, 'ENOSPC')
  expect([...ends]).toEqual([['0', 'audit.unavailable']])
  written(2, 2, -1)
  await settle()
  syncs[0]?.end()
  await settle()
  expect(ends.has('1')).toBe(true)
})
