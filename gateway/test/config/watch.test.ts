import { mkdir, mkdtemp, rename, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { watchContent } from '../../src/config/watch.ts'
import type { Watch } from '../../src/config/watch.ts'

/** In one step: a write in place shows an empty file first. */
async function replace(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content)
  await rename(`${path}.new`, path)
}

const HOUR_MS = 3_600_000
const open: Watch[] = []
afterEach(() => {
  for (const watch of open.splice(0)) watch.close()
})

async function setUp(pollMs = HOUR_MS): Promise<{
  folder: string
  file: string
  watch: Watch
  calls: () => number
  fail: (error: Error | undefined) => void
  failures: unknown[]
}> {
  const folder = await mkdtemp(join(tmpdir(), 'watch-'))
  const file = join(folder, 'sallyport.yaml')
  await writeFile(file, 'a: 1\n')
  let calls = 0
  let failure: Error | undefined
  const failures: unknown[] = []
  const watch = await watchContent({
    paths: () => [file, join(folder, 'policies')],
    changed: async () => {
      calls++
      if (failure !== undefined) throw failure
    },
    failed: (error) => void failures.push(error),
    pollMs,
    settleMs: 1,
  })
  open.push(watch)
  return { folder, file, watch, calls: () => calls, fail: (error) => (failure = error), failures }
}

describe('watching the configuration', () => {
  test('the same content is a no-op, also after SIGHUP and a new time stamp', async () => {
    const { file, watch, calls } = await setUp()
    await watch.check()
    await replace(file, 'a: 1\n')
    process.emit('SIGHUP')
    await watch.check()
    expect(calls()).toBe(0)
  })

  test('new content calls once, however often it is looked at', async () => {
    const { file, watch, calls } = await setUp()
    await replace(file, 'a: 2\n')
    await Promise.all([watch.check(), watch.check(), watch.check()])
    expect(calls()).toBe(1)
  })

  test('SIGHUP looks at once', async () => {
    const { file, calls } = await setUp()
    await replace(file, 'a: 2\n')
    process.emit('SIGHUP')
    await vi.waitFor(() => expect(calls()).toBe(1))
  })

  test('a change of the file is noticed without SIGHUP and without the poll', async () => {
    const { file, calls } = await setUp()
    await replace(file, 'a: 2\n')
    await vi.waitFor(() => expect(calls()).toBe(1), { timeout: 5000 })
  })

  test('the poll alone finds a change', async () => {
    const { folder, calls } = await setUp(20)
    await mkdir(join(folder, 'policies'))
    await writeFile(join(folder, 'policies', 'a.cedar'), 'permit')
    await vi.waitFor(() => expect(calls()).toBeGreaterThan(0), { timeout: 5000 })
  })

  test('a symlink swapped two folders away is a change, as Kubernetes does it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'watch-'))
    for (const version of ['v1', 'v2']) {
      await mkdir(join(folder, version))
      await writeFile(join(folder, version, 'sallyport.yaml'), `a: ${version}\n`)
    }
    await symlink('v1', join(folder, '..data'))
    const file = join(folder, 'sallyport.yaml')
    await symlink(join('..data', 'sallyport.yaml'), file)
    let calls = 0
    const watch = await watchContent({
      paths: () => [file],
      changed: async () => void calls++,
      failed: () => {},
      pollMs: HOUR_MS,
      settleMs: 1,
    })
    open.push(watch)
    await symlink('v2', join(folder, '..new'))
    await rename(join(folder, '..new'), join(folder, '..data'))
    await vi.waitFor(() => expect(calls).toBe(1), { timeout: 5000 })
  })

  test('a failure is handed over, and the same change is tried again until it is dealt with', async () => {
    const { file, watch, calls, fail, failures } = await setUp()
    fail(new Error('no'))
    await replace(file, 'a: 2\n')
    await watch.check()
    expect(failures).not.toEqual([])
    expect(calls()).toBe(failures.length)
    fail(undefined)
    await watch.check()
    await watch.check()
    expect(calls()).toBe(failures.length + 1)
  })

  test('a file that goes away and comes back with the old content ends where it was', async () => {
    const { folder, file, watch, calls } = await setUp()
    await rename(file, join(folder, 'away'))
    await watch.check()
    await rename(join(folder, 'away'), file)
    await watch.check()
    expect(calls()).toBe(2)
  })
})
