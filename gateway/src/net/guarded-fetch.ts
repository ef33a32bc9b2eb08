// The one function for every URL that somebody else can influence (policy-audit §5; attacks H-11, J-16, D-03):
// JWKS, discovery, upstream token endpoints. It judges the URL and every address before a socket is opened,
// never follows a redirect, never reads a proxy from the environment, and caps time, size and media type. Through a
// proxy that the configuration names, names are resolved and judged there; literals are judged here all the same.
// Calls to targets have pools of their own with the same guard (pools.ts).
import { Agent } from 'undici'
import type { Dispatcher } from 'undici'
import { addressRule } from './addresses.ts'
import { exchange } from './exchange.ts'
import type { FetchUse, GuardedResponse } from './exchange.ts'
import { GuardedFetchError } from './guarded-fetch-error.ts'
import { blockedHost, systemResolve } from './lookup.ts'
import type { Resolve } from './lookup.ts'
import { connectOptions, wayOf, type Outward } from './outward.ts'
import { assertKnownUndici } from './undici-version.ts'

assertKnownUndici()

export type { FetchUse, GuardedResponse }

/** Rejects with GuardedFetchError. Equal requests without a body that are under way share one exchange. */
export type GuardedFetch = (url: string, use: FetchUse) => Promise<GuardedResponse>

export type GuardedFetchOptions = {
  readonly resolve?: Resolve
  /** Exchanges under way at the same time; more are refused with `busy`. */
  readonly maxConcurrent?: number
}

const DEFAULT_PORTS = [443]
const STRAIGHT: Outward = {}
const CONNECT_MS = 5_000

export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch & {
  readonly close: () => Promise<void>
} {
  const agents = new Map<string, Agent>()
  const underWay = new Map<string, Promise<GuardedResponse>>()
  const maxConcurrent = options.maxConcurrent ?? 64
  let running = 0

  const fetchGuarded: GuardedFetch = async (url, use) => {
    const parsed = checkUrl(url, use)
    const { outward = STRAIGHT, ...rest } = use
    const key =
      use.body === undefined ? JSON.stringify([parsed.href, rest, wayOf(outward)]) : undefined
    const shared = key === undefined ? undefined : underWay.get(key)
    if (shared !== undefined) return await shared
    if (running >= maxConcurrent) throw new GuardedFetchError('busy', 'too many fetches at once')
    running += 1
    const started = exchange(agentFor(use.allowAddresses ?? [], outward), parsed, use).finally(
      () => {
        running -= 1
        if (key !== undefined) underWay.delete(key)
      },
    )
    if (key !== undefined) underWay.set(key, started)
    return await started
  }

  // One agent per rule and way: a socket that one allowed is never found by a request under another.
  function agentFor(allowed: readonly string[], outward: Outward): Dispatcher {
    const key = `${allowed.join(' ')} via ${wayOf(outward)}`
    const known = agents.get(key)
    if (known !== undefined) return known
    const agent = new Agent({
      allowH2: false,
      connect: connectOptions(outward, {
        rule: addressRule(allowed),
        resolve: options.resolve ?? systemResolve,
        connectMs: CONNECT_MS,
      }),
      headersTimeout: 30_000,
      bodyTimeout: 30_000,
      keepAliveTimeout: 4_000,
      maxHeaderSize: 16_384,
      pipelining: 1,
    })
    agents.set(key, agent)
    return agent
  }

  const close = async (): Promise<void> => {
    await Promise.all([...agents.values()].map((agent) => agent.destroy()))
    agents.clear()
  }
  return Object.assign(fetchGuarded, { close })
}

function checkUrl(text: string, use: FetchUse): URL {
  const url = URL.parse(text)
  if (url === null) throw new GuardedFetchError('url', `\`${text}\` is not an absolute URL`)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && use.allowHttp === true)) {
    throw new GuardedFetchError('scheme', `\`${url.protocol}\` is not allowed`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new GuardedFetchError('url', 'a URL with user information is not allowed')
  }
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  if (!(use.ports ?? DEFAULT_PORTS).includes(port)) {
    throw new GuardedFetchError('port', `port ${port} is not allowed`)
  }
  const blocked = blockedHost(url.hostname, addressRule(use.allowAddresses ?? []))
  if (blocked !== undefined) throw new GuardedFetchError('address', blocked)
  return url
}
