// The slice of the configuration for the log.
import { z } from 'zod'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const

export const logSettings = z.strictObject({
  level: z.enum(LOG_LEVELS).default('info').describe('the least severe lines that are written'),
})

export type LogLevel = (typeof LOG_LEVELS)[number]
