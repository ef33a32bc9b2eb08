// The slices of the configuration for rate limits (policy-audit §4): one budget per address, client, person, person and
// tool, and target. Each is a rate and a burst, or `off`; a target may have its own.
import { z } from 'zod'
import type { DeepReadonly } from '../../config/deep-readonly.ts'

const limit = z
  .union([
    z.strictObject({
      perMinute: z.int().min(1).max(1_000_000),
      burst: z.int().min(1).max(1_000_000),
    }),
    z.literal('off'),
  ])
  .meta({
    'x-expected': 'a map with `perMinute` and `burst`, both from 1 to 1000000, or `off`',
  })

type Rate = { readonly perMinute: number; readonly burst: number }
const limitOf = (rate: Rate, meaning: string) => limit.default(rate).describe(meaning)

export const rateLimitSettings = z
  .strictObject({
    address: limitOf(
      { perMinute: 60_000, burst: 2_000 },
      'requests of one address, with or without a token; an IPv6 network of 64 bits counts as one. Behind a load balancer all requests come from its addresses',
    ),
    client: limitOf(
      { perMinute: 12_000, burst: 1_000 },
      'requests of one OAuth client, of all people who use it',
    ),
    person: limitOf({ perMinute: 1_200, burst: 200 }, 'requests of one person, at all clients'),
    tool: limitOf(
      { perMinute: 600, burst: 100 },
      'permitted calls of one tool by one person, or by one machine',
    ),
    target: limitOf(
      { perMinute: 12_000, burst: 1_000 },
      'permitted calls of all tools of one target by everybody',
    ),
  })
  .describe('how often somebody may ask')

/** What a target may say for itself; absent: what `rateLimits` says. */
export const targetRateLimitSettings = z
  .strictObject({
    tool: limit.optional().describe('in place of `rateLimits.tool`, for the tools of this target'),
    target: limit.optional().describe('in place of `rateLimits.target`'),
    concurrent: z
      .int()
      .min(1)
      .max(100_000)
      .default(500)
      .describe(
        'calls under way at the target at one time; a slow target holds up no more than these',
      ),
  })
  .describe('how often and how much at once the target is called')

export type LimitSetting = DeepReadonly<z.output<typeof limit>>
export type RateLimitSettings = DeepReadonly<z.output<typeof rateLimitSettings>>
export type TargetRateLimitSettings = DeepReadonly<z.output<typeof targetRateLimitSettings>>
