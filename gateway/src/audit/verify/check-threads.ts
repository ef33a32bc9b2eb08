// Pieces of a log looked at in several threads, and what they found in the order of the pieces. A small log is looked
// at here: a thread costs more to start than it saves.
import type { Worker } from 'node:worker_threads'
import { startWorker } from '../../system/worker.ts'
import { checkLines, type CheckedLines } from './check-lines.ts'
import { readChunks } from '../read-chunks.ts'

export type CheckThreads = {
  /** The lines of a file from its start, in order. */
  readonly check: (path: string) => AsyncGenerator<CheckedLines>
  readonly close: () => void
}

const THREADS = 2
const AHEAD = 3 * THREADS

/** `bytes`: how much there is to look at in all. */
export function createCheckThreads(bytes: number): CheckThreads {
  const workers = bytes < SMALL_BYTES ? [] : Array.from({ length: THREADS }, start)
  let turn = 0
  return {
    check: async function* (path) {
      const ahead: Promise<CheckedLines>[] = []
      for await (const { bytes } of readChunks(path)) {
        const worker = workers[turn++ % workers.length]
        if (worker === undefined) {
          yield checkLines(bytes)
          continue
        }
        ahead.push(worker.check(bytes))
        if (ahead.length > AHEAD) yield (await ahead.shift()) as CheckedLines
      }
      for (const checked of ahead) yield await checked
    },
    close: () => {
      for (const { worker } of workers) worker.postMessage('close', [])
    },
  }
}

const SMALL_BYTES = 16 * 1024 * 1024

function start(): {
  readonly worker: Worker
  readonly check: (bytes: Buffer<ArrayBuffer>) => Promise<CheckedLines>
} {
  const worker = startWorker(new URL('./check-lines-worker.ts', import.meta.url), undefined)
  const waiting: PromiseWithResolvers<CheckedLines>[] = []
  worker.on('message', (checked: CheckedLines) => waiting.shift()?.resolve(checked))
  let broken: Error | undefined
  worker.once('error', (error) => {
    broken = error
    for (const { reject } of waiting) reject(error)
  })
  return {
    worker,
    check: (bytes) => {
      if (broken !== undefined) return Promise.reject(broken)
      const answer = Promise.withResolvers<CheckedLines>()
      answer.promise.catch(() => undefined)
      waiting.push(answer)
      worker.postMessage(bytes, [bytes.buffer])
      return answer.promise
    },
  }
}
