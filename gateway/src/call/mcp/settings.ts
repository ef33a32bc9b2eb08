// The slice of the configuration of one target that is an MCP server, of the modern era (2026-07-28) or of the old one.
// What all kinds of target share (tools, baseline, credential) has slices of its own.
import { z } from 'zod'
import type { DeepReadonly } from '../../config/deep-readonly.ts'
import { allowedRanges, proxyChoice, trustSettings } from '../../net/outward-settings.ts'

const milliseconds = (fallback: number) => z.int().min(10).max(600_000).default(fallback)

// F-09: a slow or half-open target is noticed within these.
const timeouts = z
  .strictObject({
    connectMs: milliseconds(3_000).describe(
      'to open a connection, name resolution and TLS included',
    ),
    firstByteMs: milliseconds(30_000).describe(
      'from the sent request to the first byte of the answer',
    ),
    idleMs: milliseconds(60_000).describe('between two pieces of an answer'),
    totalMs: milliseconds(100_000).describe('for the whole call'),
  })
  .prefault({})
  .describe('how long the target may take')

const sessions = z
  .strictObject({
    max: z
      .int()
      .min(1)
      .max(100_000)
      .default(500)
      .describe('how many are open at once; the one that was idle longest gives way'),
    idleMs: z
      .int()
      .min(1_000)
      .max(86_400_000)
      .default(300_000)
      .describe('how long one may be idle before it is ended'),
  })
  .prefault({})
  .describe('sessions with a server of an older revision, one per person, client and capabilities')

export const mcpTargetMembers = {
  kind: z
    .literal('mcp')
    .describe(
      'an MCP server of revision 2026-07-28, 2025-11-25, 2025-06-18 or 2025-03-26, or of 2024-11-05 (HTTP with SSE)',
    ),
  url: z
    .url({ protocol: /^https?$/ })
    .refine(isEndpoint, {
      error: 'is no plain endpoint URL',
      params: {
        expected: 'an absolute URL without user information, query and fragment',
        fix: 'write the URL of the MCP endpoint alone; a credential goes under `credential`',
      },
    })
    .describe('the endpoint of the MCP server; of 2024-11-05, that of its stream'),
  allowInsecureTarget: z
    .boolean()
    .default(false)
    .meta({ 'x-relaxation': true })
    .describe('allows plain http and addresses of this host and of private networks'),
  allowAddresses: allowedRanges(
    'private ranges in which the target may lie; all else must be public',
  ),
  tls: trustSettings,
  proxy: proxyChoice,
  timeouts,
  era: z
    .enum(['auto', 'modern', 'legacy'])
    .default('auto')
    .describe(
      'which revisions the server speaks: `modern` is 2026-07-28, `legacy` the older ones, which open sessions; `auto` asks the server, and again with every description',
    ),
  sessions,
}

const mcpTargetObject = z.strictObject(mcpTargetMembers)
export type McpTargetSettings = DeepReadonly<z.output<typeof mcpTargetObject>>

function isEndpoint(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '' &&
    !text.includes('#') &&
    !text.includes('?')
  )
}
