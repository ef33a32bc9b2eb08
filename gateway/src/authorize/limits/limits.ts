// How often somebody may ask (policy-audit §4, attacks D-08): budgets per address, client, person, person and tool, and
// target, and how many calls may be under way at one target. All of them are local to this process and cheap. A budget
// shared by several gateways takes the place of `createBuckets`, which is all that is known of one here.
import type { Clock } from '../../system/clock.ts'
import type { CatalogueEntry } from '../../catalogue/entry.ts'
import type { Identity, Principal } from '../../identify/identity.ts'
import { networkOf } from '../../net/addresses.ts'
import { refuse, type Refusal } from '../../refusal.ts'
import { randomId } from '../../system/ids.ts'
import { createBuckets, type Buckets, type Rate } from './gcra.ts'
import type { LimitSetting, RateLimitSettings, TargetRateLimitSettings } from './settings.ts'

export type LimitName = 'address' | 'client' | 'person' | 'tool' | 'target' | 'concurrent'

export type Limits = {
  /** Before anything else of a request is looked at. */
  readonly ofAddress: (address: string) => Refusal | undefined
  /** Whoever was let in, whatever they ask for. */
  readonly ofCaller: (identity: Identity) => Refusal | undefined
  /** A call that policy permits; a good answer counts the call as under way until `leave`. */
  readonly ofCall: (identity: Identity, entry: CatalogueEntry) => Refusal | undefined
  /** A search of the gateway's own: a tool like others, at no target. */
  readonly ofSearch: (identity: Identity, tool: string) => Refusal | undefined
  /** The call is over. */
  readonly leave: (entry: CatalogueEntry) => void
}

export type LimitsSettings = {
  readonly rateLimits: RateLimitSettings
  readonly targets: Readonly<Record<string, { readonly rateLimits: TargetRateLimitSettings }>>
}

/** What outlives a configuration: a reload gives nobody a fresh budget, and forgets no call that is under way. */
export type Budgets = {
  readonly under: (settings: LimitsSettings) => Limits
  /** Keys that are remembered, by limit. */
  readonly sizes: () => Iterable<readonly [labels: readonly string[], keys: number]>
}

/** `limited`: told of every refusal. */
export function createBudgets(clock: Clock, limited: (name: LimitName) => void): Budgets {
  const tables = new Map<string, { readonly rate: Rate; readonly buckets: Buckets }>()
  const underWay = new Map<string, number>()
  const names = createNames()

  /** The table of that name goes on while its rate is the same. */
  function table(name: string, setting: LimitSetting): Limit | undefined {
    if (setting === 'off') return undefined
    const { perMinute, burst } = setting
    const known = tables.get(name)
    if (known?.rate.perMinute === perMinute && known.rate.burst === burst) return known
    const fresh = { rate: setting, buckets: createBuckets({ rate: setting, seed: randomId() }) }
    tables.set(name, fresh)
    return fresh
  }

  function spend(limit: Limit | undefined, name: LimitName, key: string): Refusal | undefined {
    if (limit === undefined) return undefined
    const waitMs = limit.buckets.take(key, clock.monotonicMs())
    if (waitMs === 0) return undefined
    const { perMinute, burst } = limit.rate
    return refused(name, `${perMinute} a minute, ${burst} at once`, waitMs)
  }

  function refused(name: LimitName, most: string, waitMs: number): Refusal {
    limited(name)
    const retryAfter = Math.ceil(waitMs / 1000)
    return refuse('authorize.rate_limited', {
      seen: `the limit \`${name}\`: ${most}`,
      reason: `the limit \`${name}\` is spent; a call passes in ${waitMs} ms`,
      retryAfterSeconds: retryAfter,
      rpcData: { limit: name, retryAfter },
    })
  }

  function under({ rateLimits, targets }: LimitsSettings): Limits {
    const address = table('address', rateLimits.address)
    const client = table('client', rateLimits.client)
    const person = table('person', rateLimits.person)
    const tool = table('tool', rateLimits.tool)
    const byTarget = new Map(
      Object.entries(targets).map(([id, { rateLimits: own }]) => [
        id,
        {
          tool: own.tool === undefined ? tool : table(`tool of ${id}`, own.tool),
          target: table(`target ${id}`, own.target ?? rateLimits.target),
          concurrent: own.concurrent,
        },
      ]),
    )
    return {
      ofAddress: (from) => spend(address, 'address', networkOf(from)),
      ofCaller(identity) {
        const { clientKey, personKey } = names(identity.principal)
        const refusal = spend(client, 'client', clientKey)
        if (refusal !== undefined || personKey === undefined) return refusal
        return spend(person, 'person', personKey)
      },
      ofCall(identity, { target: id, qualifiedName }) {
        const own = byTarget.get(id)
        const inside = underWay.get(id) ?? 0
        if (own !== undefined && inside >= own.concurrent) {
          return refused('concurrent', `${own.concurrent} calls under way at the target`, 1000)
        }
        const { clientKey, personKey = clientKey } = names(identity.principal)
        const refusal =
          spend(own?.tool, 'tool', `${personKey}\n${qualifiedName}`) ??
          spend(own?.target, 'target', id)
        if (refusal === undefined) underWay.set(id, inside + 1)
        return refusal
      },
      ofSearch(identity, name) {
        const { clientKey, personKey = clientKey } = names(identity.principal)
        return spend(tool, 'tool', `${personKey}\n${name}`)
      },
      leave({ target: id }) {
        underWay.set(id, (underWay.get(id) ?? 1) - 1)
      },
    }
  }

  return {
    under,
    sizes: () => [...tables].map(([name, { buckets }]) => [[name], buckets.size()] as const),
  }
}

type Limit = { readonly rate: Rate; readonly buckets: Buckets }
type Names = { readonly clientKey: string; readonly personKey: string | undefined }

/**
 * INVARIANT: JSON of a fixed tuple of well-formed strings is injective and has no line break, so two principals never
 * share a key. Made once per principal, of which there is one object while it is in use.
 */
function createNames(): (principal: Principal) => Names {
  const made = new WeakMap<Principal, Names>()
  return (principal) => {
    let names = made.get(principal)
    if (names === undefined) {
      const { issuer, clientId } = principal
      names = {
        clientKey: JSON.stringify(['client', issuer, clientId]),
        personKey:
          principal.kind === 'client'
            ? undefined
            : JSON.stringify(['person', issuer, principal.subject]),
      }
      made.set(principal, names)
    }
    return names
  }
}
