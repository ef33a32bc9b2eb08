import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withLock } from '../../src/sign-in/token-lock.ts'
import { testTerminal } from '../world/test-terminal.ts'

test('one after the other: work under the lock never overlaps', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-lock-'))
  let inside = 0
  const work = async () => {
    inside += 1
    expect(inside).toBe(1)
    await new Promise((resolve) => void setTimeout(resolve, 5))
    inside -= 1
  }
  await Promise.all(Array.from({ length: 10 }, () => withLock(folder, testTerminal(), work)))
  await rm(folder, { recursive: true })
})

test('work that fails frees the lock', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-lock-'))
  const failing = withLock(folder, testTerminal(), async () => {
    throw new Error('work failed')
  })
  await expect(failing).rejects.toThrow('work failed')
  expect(await withLock(folder, testTerminal(), async () => 'next')).toBe('next')
  await rm(folder, { recursive: true })
})

test('a process that dies by SIGKILL frees the lock, and while it lives nobody else gets it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-lock-'))
  const source = new URL('../../src/sign-in/token-lock.ts', import.meta.url).href
  const script = `
    const { withLock } = await import(${JSON.stringify(source)})
    const terminal = { nowMs: () => Date.now(), sleep: (ms) => new Promise((r) => setTimeout(r, ms)) }
    await withLock(${JSON.stringify(folder)}, terminal, () => new Promise((resolve) => {
      // Something must still know the promise, as a socket would: what nobody can end is collected, lock and all.
      setTimeout(resolve, 60_000)
      console.log('held')
    }))`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    await once(holder.stdout, 'data')
    let now = 0
    const hasty = { ...testTerminal(), nowMs: () => (now += 20_000) }
    await expect(withLock(folder, hasty, async () => 'too early')).rejects.toThrow(
      'another process holds the sign-ins',
    )
  } finally {
    holder.kill('SIGKILL')
    await once(holder, 'exit')
  }
  expect(await withLock(folder, testTerminal(), async () => 'freed')).toBe('freed')
  await rm(folder, { recursive: true })
})
