// The slice of the configuration for large catalogues: from how many tools on a list has `search_tools` instead of them.
import { z } from 'zod'
import type { DeepReadonly } from '../../config/deep-readonly.ts'

const searchObject = z.strictObject({
  aboveTools: z
    .int()
    .min(0)
    .max(100_000)
    .describe(
      'who sees more tools than this on an endpoint is listed `search_tools` in their place, and finds them with it; 0 does so for everybody who sees any',
    ),
  alwaysShow: z
    .array(
      z
        .string()
        .max(128)
        .regex(/^[A-Za-z0-9][A-Za-z0-9-]*___[A-Za-z0-9_.-]+$/)
        .meta({ 'x-expected': 'the qualified name of a tool, such as `market___get_prices`' }),
    )
    .max(1000)
    .default([])
    .describe('tools that are listed beside `search_tools`, to whoever may see them'),
})

export const searchSettings = searchObject
  .optional()
  .describe('a search in place of long lists of tools; absent: lists are whole')

export type SearchSettings = DeepReadonly<z.output<typeof searchObject>>
