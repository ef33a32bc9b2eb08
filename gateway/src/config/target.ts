// One target: the slice of its connector beside the slices that every kind of target has. A new connector
// adds its members here and nowhere else in the configuration.
import { z } from 'zod'
import { targetRateLimitSettings } from '../authorize/limits/settings.ts'
import { bulkheadSettings } from '../call/gate/settings.ts'
import { mcpTargetMembers } from '../call/mcp/settings.ts'
import { catalogueMembers } from '../catalogue/settings.ts'
import { minProtocol } from '../in/versions.ts'
import { credentialSettings } from '../credential/settings.ts'
import { mayAskSettings } from '../mcp/input/settings.ts'

/** Words for the models of clients: the configuration's, never a target's. */
export const instructions = z.string().max(16_384).optional()

const common = {
  ...catalogueMembers,
  minProtocol: minProtocol
    .optional()
    .describe(
      'the oldest revision of MCP that clients may speak to this target, at its own endpoint and at that of all targets; default: that of the gateway',
    ),
  mode: z
    .enum(['ENFORCE', 'LOG_ONLY'])
    .default('ENFORCE')
    .meta({ 'x-relaxation': 'LOG_ONLY' })
    .describe(
      'what becomes of a call that the policies deny: `ENFORCE` refuses it; `LOG_ONLY` records `would_deny` and lets it through, and lists show every approved tool',
    ),
  checkArguments: z
    .boolean()
    .default(false)
    .describe(
      'checks the arguments of a call against the approved input schema before the call, so that a server that trusts its callers never sees others; a tool whose schema uses what cannot be checked is neither listed nor callable, which is why it is off unless you ask for it',
    ),
  credential: credentialSettings
    .default({ kind: 'none' })
    .describe('what the gateway shows of itself to the target'),
  rateLimits: targetRateLimitSettings.prefault({}),
  bulkhead: bulkheadSettings.prefault({}),
  mayAsk: mayAskSettings,
  instructions: instructions.describe(
    'what clients of the endpoint of this target are told about it; default: the instructions of all',
  ),
}

export const targetSettings = z
  .discriminatedUnion('kind', [z.strictObject({ ...mcpTargetMembers, ...common })])
  .describe('one server; the id is part of its URL and of the names of its tools')

export const targetId = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/)
  .meta({ 'x-expected': 'letters, digits and inner hyphens' })
