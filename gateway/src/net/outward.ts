// How a connection outwards is made: straight, to addresses that the rule allows, or through the proxy that the
// configuration names (tunnel.ts). The one place in which sockets towards others get their options.
import type { buildConnector } from 'undici'
import type { AddressRule } from './addresses.ts'
import { guardedLookup, type Resolve } from './lookup.ts'
import { tlsOptions, type Trust } from './trust.ts'
import { tunnelTo, type Proxy } from './tunnel.ts'

/** Absent members: the authorities of the machine, and no proxy. */
export type Outward = {
  readonly trust?: Trust | undefined
  readonly proxy?: Proxy | undefined
}

export type ConnectRules = {
  readonly rule: AddressRule
  readonly resolve: Resolve
  /** Name resolution, tunnel and TLS included. */
  readonly connectMs: number
  readonly probeAfterMs?: number
}

/** What `connect` of a pool or an agent is. Addresses behind a proxy are the proxy's to judge (policy-audit §5.4). */
export function connectOptions(
  { trust, proxy }: Outward,
  { rule, resolve, connectMs, probeAfterMs }: ConnectRules,
): buildConnector.BuildOptions | buildConnector.connector {
  const probes = probeAfterMs === undefined ? {} : { keepAliveInitialDelay: probeAfterMs }
  const common = { ...tlsOptions(trust), timeout: connectMs, ...probes }
  if (proxy !== undefined) return tunnelTo(proxy, { ...common, connectMs, resolve })
  return { ...common, lookup: guardedLookup(rule, resolve) }
}

/** Two ways of equal text share connections; others never do. */
export function wayOf({ trust, proxy }: Outward): string {
  return `${trust?.version ?? ''} ${proxy?.id ?? ''}`
}
