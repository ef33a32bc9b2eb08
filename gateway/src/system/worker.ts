// Starting a worker thread from a `.ts` or `.js` file beside its owner. It gets neither the environment nor the
// arguments of the process (P-07), and a worker that dies of an error is the owner's to notice.
import { Worker } from 'node:worker_threads'

/** `url` as in `new URL('./x-worker.ts', import.meta.url)`; `input` arrives as `workerData`. */
export function startWorker(url: URL, input: unknown): Worker {
  return new Worker(url, { workerData: input, env: {}, argv: [], stdin: false })
}
