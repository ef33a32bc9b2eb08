// The load of a benchmark as a process of its own: one job per message, answered with its figures.
import { runJob } from './load/drive.ts'
import { hangUp, openStreams } from './load/idle-streams.ts'
import type { HangUp, Job, ListenJob } from './load/job.ts'

process.on('message', (order: Job | ListenJob | HangUp) => {
  void carryOut(order).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })

async function carryOut(order: Job | ListenJob | HangUp): Promise<object> {
  if ('listen' in order) return openStreams(order)
  if (!('hangUp' in order)) return runJob(order)
  await hangUp()
  return { open: 0 }
}
