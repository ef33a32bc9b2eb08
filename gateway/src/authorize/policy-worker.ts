// The process of workshop.ts: one job, one answer. The generator is loaded and used once before the time of the first
// tool begins to count.
import { parseKeepingNumbers } from '../json/raw-number.ts'
import type { JsonObject } from '../json/value.ts'
import { cedar } from './engine.ts'
import { judgePolicies } from './judge-policies.ts'
import type { Job, JobResult, WorkerMessage } from './workshop.ts'

const tell = (message: WorkerMessage): void => void process.send?.(message)

process.on('message', (job: Job) => {
  work(job).then(
    (result) => tell({ result }),
    (error: unknown) => tell({ failed: error instanceof Error ? error.message : String(error) }),
  )
})

async function work(job: Job): Promise<JobResult> {
  if ('question' in job) return judgePolicies(job.question, cedar)
  const { generateToolSchema } = await import('./generate-schema.ts')
  const { name, inputSchema } = 'tool' in job ? job.tool : { name: 'warm', inputSchema: '{}' }
  const made = generateToolSchema(name, parseKeepingNumbers(inputSchema) as JsonObject)
  return 'parts' in made ? { parts: made.parts } : made
}
tell('ready')
