// Connections to targets: undici pools with keep-alive, one per target and, where a credential binds identity
// to a connection, one per key of it. The same address guard as the guarded fetch sits at connect
// (attacks H-11). Bodies, deadlines and answers are the connector's business: this hands out raw dispatch.
import { Pool } from 'undici'
import type { Dispatcher } from 'undici'
import { addressRule, PRIVATE_ADDRESSES } from './addresses.ts'
import { rememberAnswers } from './last-answer.ts'
import { BlockedAddress, blockedHost, systemResolve } from './lookup.ts'
import type { Resolve } from './lookup.ts'
import { connectOptions, type Outward } from './outward.ts'
import { systemClock, type Clock } from '../system/clock.ts'
import { assertKnownUndici } from './undici-version.ts'

assertKnownUndici()

/** Callbacks of one exchange. `onRequestStart` is called immediately before the first byte is written. */
export type UpstreamHandler = Dispatcher.DispatchHandler
export type UpstreamController = Dispatcher.DispatchController
export type UpstreamHeaders = Readonly<Record<string, string | string[] | undefined>>
export type UpstreamRequest = {
  readonly path: string
  readonly method: 'POST' | 'GET' | 'DELETE'
  /** Name, value, name, value. */
  readonly headers: string[]
  readonly body: Buffer | null
  /** From the sent request to the head of the answer. */
  readonly headersTimeout: number
  /** Between two pieces of the answer; 0: whoever asks counts it. */
  readonly bodyTimeout: number
}

export type PoolRules = {
  readonly connectMs: number
  /** A relaxation: http, this host and private networks. */
  readonly allowInsecureTarget: boolean
  readonly allowAddresses: readonly string[]
  /** Whom TLS believes, and through which proxy. */
  readonly outward?: Outward
}

export type UpstreamPool = {
  /** Never throws; a request that cannot be made ends in `onResponseError`. */
  readonly dispatch: (
    request: UpstreamRequest,
    handler: UpstreamHandler,
    connectionKey?: string,
  ) => void
  /** Resolves when the exchanges under way are over. */
  readonly close: () => Promise<void>
}

export type Pools = { readonly open: (origin: string, rules: PoolRules) => UpstreamPool }

const CONNECTIONS = 1_000
const KEYED_POOLS = 256
// Shorter than the 5 s after which common servers close idle connections without saying so; a server that
// announces more (`Keep-Alive: timeout=`) gets more.
const KEEP_ALIVE_MS = 4_000
// F-09: a half-open connection is found by the kernel's probes.
const PROBE_AFTER_MS = 15_000

export function createPools({
  resolve = systemResolve,
  clock = systemClock,
}: { readonly resolve?: Resolve; readonly clock?: Clock } = {}): Pools {
  const remembering = rememberAnswers(resolve, clock)
  return { open: (origin, rules) => openPool(origin, rules, remembering) }
}

function openPool(origin: string, rules: PoolRules, resolve: Resolve): UpstreamPool {
  const url = new URL(origin)
  const rule = addressRule([
    ...rules.allowAddresses,
    ...(rules.allowInsecureTarget ? PRIVATE_ADDRESSES : []),
  ])
  const blocked =
    url.protocol === 'https:' || rules.allowInsecureTarget
      ? blockedHost(url.hostname, rule)
      : 'plain http is not allowed'

  const create = (): Pool =>
    new Pool(url.origin, {
      allowH2: false,
      connections: CONNECTIONS,
      connect: connectOptions(rules.outward ?? {}, {
        rule,
        resolve,
        connectMs: rules.connectMs,
        probeAfterMs: PROBE_AFTER_MS,
      }),
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: 120_000,
      maxHeaderSize: 16_384,
      pipelining: 1,
    })
  const main = create()
  const keyed = new Map<string, Pool>()

  function poolFor(key: string): Pool {
    const known = keyed.get(key)
    keyed.delete(key)
    const pool = known ?? create()
    keyed.set(key, pool)
    const oldest = keyed.entries().next().value
    if (keyed.size > KEYED_POOLS && oldest !== undefined) {
      keyed.delete(oldest[0])
      void oldest[1].close()
    }
    return pool
  }

  return {
    dispatch(request, handler, connectionKey) {
      if (blocked !== undefined) return refuse(handler, blocked)
      const pool = connectionKey === undefined ? main : poolFor(connectionKey)
      pool.dispatch(request, handler)
    },
    async close() {
      await Promise.all([main, ...keyed.values()].map((pool) => pool.close()))
      keyed.clear()
    },
  }
}

function refuse(handler: UpstreamHandler, reason: string): void {
  // There is no exchange yet, hence nothing to abort, pause or resume.
  const none: UpstreamController = {
    aborted: true,
    paused: false,
    reason: null,
    abort: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
  }
  handler.onResponseError?.(none, new BlockedAddress(reason))
}
