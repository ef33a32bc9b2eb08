// The slice of the configuration for traces: where spans are sent (OTLP over HTTP, as JSON), and how many of them.
import { z } from 'zod'
import type { DeepReadonly } from '../config/deep-readonly.ts'
import { allowedRanges } from '../net/outward-settings.ts'
import { secretReference } from '../secrets/reference.ts'

const traceObject = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .refine(isPlain, {
      error: 'is no plain URL',
      params: {
        expected: 'an absolute URL without user information and fragment',
        fix: 'write the whole URL, such as `https://collector.acme.example/v1/traces`',
      },
    })
    .describe('where spans are posted, path included; of a collector mostly `…/v1/traces`'),
  token: secretReference.optional().describe('sent as a bearer token'),
  sample: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      'the share of calls that begin a trace here and are sent; for calls that come with a trace, the flag of their client decides',
    ),
  serviceName: z.string().min(1).max(255).default('sallyport').describe('`service.name` of spans'),
  allowAddresses: allowedRanges(
    'private ranges in which the collector may lie; all else must be public',
  ),
  allowInsecure: z
    .boolean()
    .default(false)
    .meta({ 'x-relaxation': true })
    .describe('allows plain http and addresses of this host and of private networks'),
})

export const traceSettings = traceObject
  .optional()
  .describe('where traces are sent; absent: traces of clients pass through, and none is sent')

export type TraceSettings = DeepReadonly<z.output<typeof traceObject>>

function isPlain(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && url.username === '' && url.password === '' && !text.includes('#')
}
