// The thread of watch-parent.ts. No signal but SIGKILL ends a process whose loop does not turn.
import { workerData } from 'node:worker_threads'
import type { Watched } from './watch-parent.ts'

const LOOK_MS = 500
/** Of one job, on all threads; whoever asked has given up long before. */
const MOST_CPU_MS = 600_000

const { parent, jobs } = workerData as Watched
const counted = new Int32Array(jobs)
let job = -1
let since = process.cpuUsage()

setInterval(() => {
  const now = Atomics.load(counted, 0)
  if (now !== job) since = process.cpuUsage()
  job = now
  const { user, system } = process.cpuUsage(since)
  if (process.ppid === parent && (user + system) / 1000 < MOST_CPU_MS) return
  process.kill(process.pid, 'SIGKILL')
}, LOOK_MS)
