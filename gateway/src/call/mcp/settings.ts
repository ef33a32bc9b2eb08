// The slice of the configuration for a target that is an MCP server of the modern era: where it is and how
// long it may take. Credential and facts about its tools are slices of their own (config/target.ts).
import { isIP } from 'node:net'
import { z } from 'zod'

/** Members, not an object: config/target.ts puts them beside those of the other slices. */
export const mcpTargetMembers = {
  kind: z.literal('mcp').describe('an MCP server of the modern era over Streamable HTTP'),
  url: z
    .string()
    .refine(isTargetUrl, {
      error: 'is no URL that can be called',
      params: {
        expected: 'an absolute https URL without credentials and fragment',
        fix: 'write the URL of the MCP endpoint; a credential goes into `credential`',
      },
    })
    .describe('URL of the MCP endpoint'),
  allowInsecureTarget: z
    .boolean()
    .default(false)
    .describe('accept plain http and private addresses for this target: development only')
    .meta({ 'x-relaxation': true }),
  allowAddresses: z
    .array(
      z.string().refine(isCidr, {
        error: 'is no address range',
        params: {
          expected: 'an address range such as `10.1.0.0/16` or `fd00:1::/64`',
          fix: 'write address and prefix length; a single address is `/32` or `/128`',
        },
      }),
    )
    .default([])
    .describe('private address ranges in which this target may lie, over https')
    .meta({ 'x-relaxation': true }),
  timeouts: z
    .strictObject({
      connectMs: z.int().min(10).max(60_000).default(3000).describe('until the connection stands'),
      firstByteMs: z
        .int()
        .min(10)
        .max(600_000)
        .default(30_000)
        .describe('until the first byte of the answer'),
      idleMs: z
        .int()
        .min(10)
        .max(600_000)
        .default(60_000)
        .describe('between two pieces of the answer'),
      totalMs: z.int().min(10).max(3_600_000).default(100_000).describe('for the whole call'),
    })
    .prefault({})
    .describe('how long a call may take, in milliseconds'),
}

const mcpTarget = z.strictObject(mcpTargetMembers)
export type McpTargetSettings = Readonly<z.output<typeof mcpTarget>>

function isTargetUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return false
  return url.username === '' && url.password === '' && !/[#\s]/.test(text)
}

function isCidr(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(length)) return false
  return Number(length) <= (family === 4 ? 32 : 128)
}
