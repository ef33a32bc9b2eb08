// One target: contact step by step, then what the gateway that runs says of it, or else its own description, asked with
// the credential that the gateway would show. A description is a question: nothing is called.
import { createMcpConnector } from '../call/mcp/mcp.ts'
import type { Spoken } from '../catalogue/entry.ts'
import type { TargetSettings } from '../config/schema.ts'
import type { Obtain } from '../credential/obtain.ts'
import { PRIVATE_ADDRESSES } from '../net/addresses.ts'
import type { Outward } from '../net/outward.ts'
import type { Pools } from '../net/pools.ts'
import { isRefusal } from '../refusal.ts'
import type { Clock } from '../system/clock.ts'
import { good, notLookedAt, wrong, type Cause, type Finding } from './finding.ts'
import type { LookAtNetwork } from './network.ts'
import type { RunningGateway } from './running.ts'

export type TargetParts = {
  readonly look: LookAtNetwork
  readonly outward: Outward
  readonly running: RunningGateway | undefined
  readonly pools: Pools
  readonly clock: Clock
  readonly resultBytes: number
  readonly obtain: Obtain
}

const PATIENCE_MS = 20_000

export async function lookAtTarget(
  id: string,
  settings: TargetSettings,
  parts: TargetParts,
): Promise<readonly Finding[]> {
  const contact = await parts.look(settings.url, {
    allowAddresses: [
      ...settings.allowAddresses,
      ...(settings.allowInsecureTarget ? PRIVATE_ADDRESSES : []),
    ],
    allowance: `\`allowAddresses\` of the target \`${id}\``,
  })
  if (!contact.reached) {
    return [...contact.findings, notLookedAt('target', id, 'it is not reached')]
  }
  const told = parts.running?.targets.get(id)
  if (told?.state === 'up') {
    const seen = withSpoken('the gateway has its description', told.speaks)
    return [...contact.findings, good('target', id, seen)]
  }
  const own = await describe(id, settings, parts)
  if (told === undefined || own.state !== 'good') return [...contact.findings, own]
  const seen = `the gateway says: ${told.reason ?? told.state}; asked from here it describes itself`
  const fix = 'wait for the next look, or see the log for what it does not accept'
  return [...contact.findings, wrong('target', id, 'wrong_answer', seen, fix)]
}

async function describe(
  id: string,
  settings: TargetSettings,
  { pools, outward, clock, resultBytes, obtain }: TargetParts,
): Promise<Finding> {
  const log = { warn: () => undefined }
  const connector = createMcpConnector(id, settings, { pools, outward, clock, log, resultBytes })
  try {
    const credential = await obtain.forTarget(id)
    const { tools, prompts, resources, speaks } = await connector.describe(
      credential,
      AbortSignal.timeout(PATIENCE_MS),
    )
    const more = [prompts && 'prompts', resources && 'resources'].filter((one) => one !== undefined)
    const words = [`it describes ${tools.length} tools`, ...more].join(', ')
    return good('target', id, withSpoken(words, speaks))
  } catch (error) {
    const { cause, fix } = whyOf(error)
    return wrong('target', id, cause, error instanceof Error ? error.message : String(error), fix)
  } finally {
    await connector.close()
  }
}

const NO_ANSWER = new Set<string>([
  'call.target_unavailable',
  'call.target_timeout',
  'call.connection_lost',
])

function withSpoken(seen: string, speaks: Spoken | undefined): string {
  if (speaks === undefined) return seen
  const over = speaks.transport === 'sse' ? ' over HTTP with SSE, the transport of 2024-11-05' : ''
  return `${seen}; it speaks ${speaks.revision}${over}`
}

/** The refusal that lies beneath, where the connector made one. */
function whyOf(error: unknown): { readonly cause: Cause; readonly fix: string } {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && at.code === 'credential.unavailable') {
      return { cause: 'here', fix: 'give the gateway the secret that `credential` names' }
    }
    if (typeof at.cause !== 'object' || at.cause === null || !isRefusal(at.cause)) continue
    const { refused } = at.cause
    if (refused === 'call.target_rejected_credential') {
      return { cause: 'was_refused', fix: 'correct its `credential`, or its rights at the target' }
    }
    if (NO_ANSWER.has(refused)) {
      return { cause: 'cannot_reach', fix: 'see whether the target is up behind its address' }
    }
  }
  return {
    cause: 'wrong_answer',
    fix: 'see whether `url` is its MCP endpoint, with the right path, and which revision it speaks',
  }
}
