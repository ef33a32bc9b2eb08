// A gateway in a process of its own, started through `serve` as the command does it. The parent learns when it is
// ready, and may order one fault to be raised inside it (faults.ts). It does not outlive its parent.
import { serve } from '@sallyport/gateway/main.ts'
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { raise, type Fault } from './faults.ts'

export type Ready = {
  readonly port: number
  readonly operationsPort: number
  readonly adminSocket: string
}

export type Memory = {
  readonly heapBytes: number
  readonly externalBytes: number
  readonly residentBytes: number
}

/** What is left after a collection. */
function readMemory(): Memory {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heapBytes: heapUsed, externalBytes: external, residentBytes: rss }
}

const DESCRIBED_MS = 10_000
const [, , configFile = '', ...flags] = process.argv
process.once('disconnect', () => process.exit(1))
process.on('message', (order: Fault | 'memory') => {
  if (order === 'memory') process.send?.(readMemory())
  else raise(order)
})
const takeOver = flags.includes('--take-over')
await serve(configFile, { takeOver }, ({ port, operationsPort, adminSocket, described }) => {
  // On a busy machine a target may take longer than a start waits for it.
  void Promise.race([described, wait(DESCRIBED_MS)]).then(() =>
    process.send?.({ port, operationsPort, adminSocket } satisfies Ready),
  )
})
process.exit(0)
