// Preloaded into every thread of a gateway (F-25): lets the thread that writes the audit log, the only one that
// sleeps on shared memory, die at its `?after=n`-th turn.
import { isMainThread } from 'node:worker_threads'
import { FAULT_MESSAGE } from './faults.ts'

if (!isMainThread) {
  let left = Number(new URL(import.meta.url).searchParams.get('after'))
  const { wait } = Atomics
  Atomics.wait = ((...args: Parameters<typeof wait>) => {
    left -= 1
    if (left < 0) throw new Error(FAULT_MESSAGE)
    return wait(...args)
  }) as typeof wait
}
