// The slice of the configuration for the shedding of load (promises §5).
import { z } from 'zod'

export const sheddingSettings = z
  .strictObject({
    loopDelayMs: z
      .int()
      .min(20)
      .max(60_000)
      .default(200)
      .describe('how late the event loop may be before a share of the requests is refused'),
    memoryPercent: z
      .int()
      .min(10)
      .max(99)
      .default(85)
      .describe('how much of its memory the process may use before every request is refused'),
    memoryBytes: z
      .int()
      .min(1024 * 1024)
      .optional()
      .describe(
        'the memory of the process; default: what its container may have, or else the machine has',
      ),
  })
  .describe('when requests are refused with 503 so that the others are served')
