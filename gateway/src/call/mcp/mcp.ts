// The connector for MCP servers. Of the modern era (2026-07-28): stateless, one POST per call, on connections that are
// kept. Of the old era: legacy/, behind the same seam. Which of both a target speaks is asked, not believed (era.ts).
// What may be sent is in the permit; what comes back is checked before anyone sees it.
import type { Clock } from '../../system/clock.ts'
import { createDeadlines } from '../../net/deadlines.ts'
import type { Outward } from '../../net/outward.ts'
import type { Pools } from '../../net/pools.ts'
import { refuse } from '../../refusal.ts'
import type { Connector } from '../connector.ts'
import type { Outcome } from '../outcome.ts'
import { describeTarget, discoverTarget } from './describe.ts'
import { createEra } from './era.ts'
import { exchange } from './exchange.ts'
import type { ExchangePlan } from './exchange.ts'
import { createLegacyTarget } from './legacy/legacy.ts'
import { listenToTarget } from './listen.ts'
import { callRequest } from './request.ts'
import type { McpTargetSettings } from './settings.ts'

export type McpConnectorParts = {
  readonly pools: Pools
  /** Whom TLS believes, and through which proxy; absent: the machine's authorities, and none. */
  readonly outward?: Outward
  readonly clock: Clock
  /** Largest answer of a target. */
  readonly resultBytes: number
  readonly log: {
    readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void
  }
}

export function createMcpConnector(
  id: string,
  settings: McpTargetSettings,
  parts: McpConnectorParts,
): Connector {
  const url = new URL(settings.url)
  const pool = parts.pools.open(url.origin, {
    connectMs: settings.timeouts.connectMs,
    allowInsecureTarget: settings.allowInsecureTarget,
    allowAddresses: settings.allowAddresses,
    ...(parts.outward === undefined ? {} : { outward: parts.outward }),
  })
  const deadlines = createDeadlines(parts.clock)
  const plan: ExchangePlan = {
    pool,
    deadlines,
    path: url.pathname,
    connectionKey: undefined,
    timeouts: settings.timeouts,
    resultBytes: parts.resultBytes,
    alert: (code) =>
      parts.log.warn({ target: id, code }, 'the target refused what the gateway sent to it'),
  }
  const legacy = createLegacyTarget({ ...plan, origin: url.origin }, settings.sessions, parts.clock)
  const era = createEra(
    settings.era,
    (credential, signal) => discoverTarget(plan, credential, signal),
    {
      modern: (credential, signal) => describeTarget(plan, credential, signal),
      legacy: (credential, signal) => legacy.describe(credential, signal),
    },
  )
  const modern: Connector['call'] = (permit, credential, envelope, signal) => {
    const { connectionKey } = credential
    return exchange(
      { ...plan, connectionKey, room: envelope.room },
      callRequest(permit, credential, envelope),
      envelope.id,
      envelope.meta,
      signal,
    )
  }
  /** A call that comes before the first description. */
  async function askFirst(...call: Parameters<Connector['call']>): Promise<Outcome> {
    const [, credential, , signal] = call
    try {
      const spoken = await era.ask(credential, signal)
      return await (spoken === 'modern' ? modern(...call) : legacy.call(...call))
    } catch (error) {
      return notReached(error instanceof Error ? error.message : 'unknown error')
    }
  }
  return {
    describe: era.describe,
    call(permit, credential, envelope, signal) {
      switch (era.verdict()) {
        case 'modern':
          return modern(permit, credential, envelope, signal)
        case 'legacy':
          return legacy.call(permit, credential, envelope, signal)
        case undefined:
          return askFirst(permit, credential, envelope, signal)
      }
    },
    listen(filter, credential, on, signal) {
      switch (era.verdict()) {
        case 'modern':
          return listenToTarget(plan, filter, credential, on, signal)
        case 'legacy':
          return legacy.listen(filter, credential, on, signal)
        case undefined:
          return Promise.resolve('the target has not said yet what it speaks')
      }
    },
    async close() {
      await legacy.close()
      await pool.close()
      deadlines.close()
    },
  }
}

/** Nothing was called: the target did not even say what it speaks. */
function notReached(reason: string): Outcome {
  return {
    kind: 'refused',
    refusal: refuse('call.target_unavailable', { reason }),
    facts: {
      class: 'refused_by_target',
      status: undefined,
      resultBytes: 0,
      result: undefined,
      targetRequestId: undefined,
    },
  }
}
