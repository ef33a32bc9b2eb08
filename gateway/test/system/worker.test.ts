import { expect, test } from 'vitest'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { once } from 'node:events'
import { startWorker } from '../../src/system/worker.ts'

test('P-07: a worker runs TypeScript, gets its input, and neither environment nor arguments', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'worker-')), 'x-worker.ts')
  writeFileSync(
    file,
    `import { parentPort, workerData } from 'node:worker_threads'
const seen: unknown = { workerData, environment: Object.keys(process.env), argv: process.argv.slice(2) }
parentPort?.postMessage(seen)
`,
  )
  const worker = startWorker(pathToFileURL(file), { a: 1 })
  const [seen] = (await once(worker, 'message')) as [unknown]
  await worker.terminate()
  expect(seen).toEqual({ workerData: { a: 1 }, environment: [], argv: [] })
})
