// Loaded before anything else in a worker process (worker.ts): a thread that ends the process when its parent is gone,
// though the process be stuck in what it was given. A parent that is killed tells nobody, and a loop hears nothing.
import { Worker } from 'node:worker_threads'

/** Of what the watching thread is told. */
export type Watched = {
  readonly parent: number
  /** Counts up with every message: each job has its own time. */
  readonly jobs: SharedArrayBuffer
}

const jobs = new Int32Array(new SharedArrayBuffer(4))
process.on('message', () => Atomics.add(jobs, 0, 1))
const watched: Watched = { parent: process.ppid, jobs: jobs.buffer }
// Without the arguments of the process, which would have the thread watch in its turn.
const options = { workerData: watched, env: {}, argv: [], execArgv: [], stdin: false }
new Worker(new URL('./watch-parent-thread.ts', import.meta.url), options).unref()
