// The ways out of one configuration: for each target and issuer its own, for everything else that of `egress`. Files of
// authorities are read here, and again when it is asked whether they changed.
import { createHash } from 'node:crypto'
import type { Config } from './config/schema.ts'
import type { GuardedFetch } from './net/guarded-fetch.ts'
import type { Outward } from './net/outward.ts'
import type { ProxySettings, TrustSettings } from './net/outward-settings.ts'
import { readTrust, type Trust } from './net/trust.ts'
import type { Secrets } from './secrets/resolve.ts'

export type Outwards = {
  /** Changes with what is believed. */
  readonly version: string
  readonly all: Outward
  readonly ofTarget: (id: string) => Outward
  readonly ofIssuer: (issuer: string) => Outward
}

type Configured = Pick<Config, 'egress' | 'targets' | 'authorization'>
type Chosen = {
  readonly tls?: TrustSettings | undefined
  readonly proxy?: ProxySettings | 'direct' | undefined
}

/** Rejects with an Error in words for the operator. */
export async function readOutwards(
  { egress, targets, authorization }: Configured,
  secrets: Pick<Secrets, 'resolve'>,
): Promise<Outwards> {
  const known = new Map<TrustSettings, Trust>()
  const trustOf = async (tls: TrustSettings | undefined): Promise<Trust | undefined> => {
    if (tls === undefined) return undefined
    const trust = known.get(tls) ?? (await readTrust(tls))
    known.set(tls, trust)
    return trust
  }
  const trustOfAll = await trustOf(egress?.tls)
  const proxyOf = (chosen: ProxySettings | 'direct' | undefined): Outward['proxy'] => {
    if (chosen === undefined || chosen === 'direct') return undefined
    const { url, credential } = chosen
    return {
      url: new URL(url).origin,
      id: JSON.stringify([url, credential]),
      credential: credential && (async () => (await secrets.resolve(credential)).value),
      trust: trustOfAll,
    }
  }
  const proxyOfAll = proxyOf(egress?.proxy)
  const all: Outward = { trust: trustOfAll, proxy: proxyOfAll }
  const wayOf = async ({ tls, proxy }: Chosen): Promise<Outward> => ({
    trust: (await trustOf(tls)) ?? trustOfAll,
    proxy: proxy === undefined ? proxyOfAll : proxyOf(proxy),
  })
  const ofTargets = new Map<string, Outward>()
  for (const [id, target] of Object.entries(targets)) ofTargets.set(id, await wayOf(target))
  const ofIssuers = new Map<string, Outward>()
  for (const one of authorization.issuers) ofIssuers.set(one.issuer, await wayOf(one))
  const versions = [...known.values()].map(({ version }) => version)
  return {
    version: createHash('sha256').update(versions.join(' ')).digest('hex'),
    all,
    ofTarget: (id) => ofTargets.get(id) ?? all,
    ofIssuer: (issuer) => ofIssuers.get(issuer) ?? all,
  }
}

/** Files whose content a configuration depends on, beside its own. */
export function authorityFiles({ egress, targets, authorization }: Configured): readonly string[] {
  const chosen = [egress?.tls, ...Object.values(targets).map(({ tls }) => tls)]
  const ofIssuers = authorization.issuers.map(({ tls }) => tls)
  return [...chosen, ...ofIssuers].flatMap((tls) => tls?.authorities.map(({ file }) => file) ?? [])
}

/** The same fetch on this way, unless whoever asks has another. */
export function fetchOn(fetch: GuardedFetch, way: () => Outward): GuardedFetch {
  return (url, use) => fetch(url, { ...use, outward: use.outward ?? way() })
}
