import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createFullDisk } from '../../src/audit/full-disk.ts'
import { createReserve } from '../../src/audit/reserve.ts'
import { newFolder } from './made.ts'

const BYTES = 300_000

test('F-13: the reserve takes real room, is there once, and is given back whole', async () => {
  const folder = newFolder()
  const reserve = createReserve(folder, BYTES)
  await reserve.make()
  const path = join(folder, 'reserve')
  const { size, blocks, ino } = statSync(path)
  expect(size).toBe(BYTES)
  expect(blocks * 512).toBeGreaterThanOrEqual(BYTES)
  await reserve.make()
  expect(statSync(path).ino).toBe(ino)
  reserve.release()
  expect(readdirSync(folder)).toEqual([])
  expect(await reserve.tryMake()).toBe(true)
  expect(existsSync(path)).toBe(true)
})

test('F-13: a reserve that cannot be made leaves nothing behind and says what to do', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'reserve'))
  const reserve = createReserve(folder, BYTES)
  await expect(reserve.make()).rejects.toThrow(/reserve of 300000 bytes.*audit\.reserveBytes/s)
  expect(readdirSync(folder)).toEqual(['reserve'])
  expect(await createReserve(newFolder(), Number.MAX_SAFE_INTEGER).tryMake()).toBe(false)
})

test('F-13: the disk is full until the log is written and the reserve is there again', async () => {
  const folder = newFolder()
  const reserve = createReserve(folder, BYTES)
  await reserve.make()
  let writable = false
  const room = vi.fn<() => void>()
  const disk = createFullDisk(reserve, () => writable, room)
  expect(disk.hear('EIO: i/o error, write')).toBe(false)
  expect(disk.isFull()).toBe(false)
  expect(disk.hear('ENOSPC: no space left on device, write')).toBe(true)
  expect([disk.isFull(), readdirSync(folder)]).toEqual([true, []])
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect([disk.isFull(), room.mock.calls.length]).toEqual([true, 0])
  writable = true
  await vi.waitFor(() => expect(room).toHaveBeenCalledTimes(1), 5000)
  expect([disk.isFull(), readdirSync(folder)]).toEqual([false, ['reserve']])
  disk.end()
})

test('F-13: without a reserve a full disk is like any other failure', () => {
  const disk = createFullDisk(
    undefined,
    () => true,
    () => undefined,
  )
  expect(disk.hear('ENOSPC: no space left on device, write')).toBe(false)
  expect(disk.isFull()).toBe(false)
})
