// The slice of the configuration of one target for its bulkhead (promises §5).
import { z } from 'zod'
import type { DeepReadonly } from '../../config/deep-readonly.ts'

export const bulkheadSettings = z
  .strictObject({
    calls: z
      .int()
      .min(1)
      .max(100_000)
      .default(400)
      .describe('calls at the target at one time, and so connections to it'),
    waiting: z
      .int()
      .min(0)
      .max(100_000)
      .default(100)
      .describe('calls that wait for one of these places; more are refused at once'),
    waitMs: z
      .int()
      .min(100)
      .max(60_000)
      .default(2_000)
      .describe('how long a call waits for its place before it is refused, in milliseconds'),
  })
  .describe('what a slow target may hold up: nothing beyond this')

export type BulkheadSettings = DeepReadonly<z.output<typeof bulkheadSettings>>
