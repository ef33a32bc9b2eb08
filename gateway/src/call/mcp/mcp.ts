// The connector for MCP servers of the modern era (2026-07-28): stateless, one POST per call, on connections
// that are kept. What it may send is in the permit; what comes back is checked before anyone sees it.
import type { Clock } from '../../system/clock.ts'
import { createDeadlines } from '../../net/deadlines.ts'
import type { Pools } from '../../net/pools.ts'
import type { Connector } from '../connector.ts'
import { describeTarget } from './describe.ts'
import { exchange } from './exchange.ts'
import type { ExchangePlan } from './exchange.ts'
import { callRequest } from './request.ts'
import type { McpTargetSettings } from './settings.ts'

export type McpConnectorParts = {
  readonly pools: Pools
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
  return {
    describe: (credential, signal) => describeTarget(plan, credential, signal),
    call(permit, credential, envelope, signal) {
      const { connectionKey } = credential
      return exchange(
        connectionKey === undefined ? plan : { ...plan, connectionKey },
        callRequest(permit, credential, envelope),
        envelope.id,
        envelope.meta,
        signal,
      )
    },
    async close() {
      await pool.close()
      deadlines.close()
    },
  }
}
