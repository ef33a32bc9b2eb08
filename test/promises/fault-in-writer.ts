// Preloaded into every thread of a gateway (F-25): lets the thread that writes the audit log, the only one that
// sleeps on shared memory, die as many turns after the file `?order=` has appeared as is written in it.
import { existsSync, readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { FAULT_MESSAGE } from './faults.ts'

if (!isMainThread) {
  const order = new URL(import.meta.url).searchParams.get('order') ?? ''
  let turns = 0
  const { wait } = Atomics
  Atomics.wait = ((...args: Parameters<typeof wait>) => {
    if (existsSync(order)) turns += 1
    if (turns > 0 && turns >= Number(readFileSync(order, 'utf8'))) throw new Error(FAULT_MESSAGE)
    return wait(...args)
  }) as typeof wait
}
