import { fork } from 'node:child_process'
import { expect, onTestFinished, test, vi } from 'vitest'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { once } from 'node:events'
import { startWorker } from '../../src/system/worker.ts'

test('P-07: a worker runs TypeScript, gets its input, and neither environment nor arguments', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'worker-')), 'x-worker.ts')
  writeFileSync(
    file,
    `import { parentPort, workerData } from 'node:worker_threads'
const environment = Object.keys(process.env).filter((name) => name !== 'NODE_COMPILE_CACHE')
const seen: unknown = { workerData, environment, argv: process.argv.slice(2) }
parentPort?.postMessage(seen)
`,
  )
  const worker = startWorker(pathToFileURL(file), { a: 1 })
  const [seen] = (await once(worker, 'message')) as [unknown]
  await worker.terminate()
  expect(seen).toEqual({ workerData: { a: 1 }, environment: [], argv: [] })
})

test.each([
  ['waits', ''],
  ['is stuck in a loop', 'for (;;) {}'],
])('D-11: a worker process ends with a parent that is killed, though it %s', async (_, does) => {
  const folder = mkdtempSync(join(tmpdir(), 'worker-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [parent, child] = [join(folder, 'parent.ts'), join(folder, 'child.ts')]
  const worker = fileURLToPath(new URL('../../src/system/worker.ts', import.meta.url))
  writeFileSync(
    parent,
    `import { startWorkerProcess } from ${JSON.stringify(worker)}
const child = startWorkerProcess(new URL('./child.ts', import.meta.url))
child.on('message', () => { child.send('go'); process.send?.(child.pid) })
setInterval(() => undefined, 1000)
`,
  )
  writeFileSync(
    child,
    `process.on('message', () => { ${does} })
process.send?.('ready')
`,
  )
  const started = fork(parent, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] })
  const [pid] = (await once(started, 'message')) as [number]
  const killIt = (): void => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  }
  onTestFinished(killIt)
  started.kill('SIGKILL')
  await once(started, 'exit')
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 50 })
})

/** A process that ended and was not waited for is none. */
function isAlive(pid: number): boolean {
  const status = `/proc/${pid}/status`
  return existsSync(status) && !/^State:\s+[ZX]/m.test(readFileSync(status, 'utf8'))
}
