// The orders `disable` and `enable` (kill switch). They need a person with the role `admin`, are recorded before they take
// effect, and name something that this gateway knows: a name that is misspelt would leave the wrong thing running.
import { z } from 'zod'
import { switchKey, type Switch, type Switched } from '../authorize/switches/switch.ts'
import { nearest } from '../config/nearest.ts'
import type { Principal } from '../identify/identity.ts'
import { isOwn, type OperatorIdentity, type RequireRole } from './operator-role.ts'
import { onlyIssuer, parseOrder } from './order.ts'

export type SwitchState = 'disabled' | 'enabled'

/** One order, as it is recorded. */
export type SwitchOrder = {
  readonly state: SwitchState
  readonly switched: Switched
  readonly reason: string
  readonly by: OperatorIdentity
}

export type SwitchParts = {
  readonly requireRole: RequireRole
  readonly issuers: () => readonly string[]
  readonly principals: () => Iterable<Principal>
  readonly targets: () => readonly string[]
  /** Qualified names of all tools of the catalogue, whoever may see them. */
  readonly tools: () => readonly string[]
  readonly nowMs: () => number
  readonly disabled: () => readonly Switch[]
  /** Reads anew what other processes disabled. */
  readonly refresh: () => Promise<void>
  readonly record: (order: SwitchOrder) => Promise<void>
  /** Takes effect at once; resolves with how many open streams it ended. */
  readonly disable: (disabled: Switch) => Promise<number>
  /** Whether it was disabled. */
  readonly enable: (switched: Switched) => Promise<boolean>
}

export type SwitchOrders = {
  readonly disable: (order: unknown) => Promise<object>
  readonly enable: (order: unknown) => Promise<object>
  readonly disabled: () => object
}

const name = z.string().min(1).max(512)
const switchOrder = z.strictObject({
  what: z.enum(['tool', 'target', 'client', 'person', 'everything']),
  name: name.optional(),
  issuer: name.optional(),
  reason: z.string().min(1).max(512),
  /** Also where the gateway knows nothing of that name. */
  anyway: z.boolean().default(false),
  token: z.string().optional(),
})
type Order = z.output<typeof switchOrder>

export function createSwitchOrders(parts: SwitchParts): SwitchOrders {
  return {
    async disable(body) {
      const order = parseOrder(switchOrder, body)
      const by = await parts.requireRole(order.token, 'admin')
      const switched = switchedOf(parts, order)
      const known = switched.what === 'everything' || isKnown(parts, switched)
      if (!known && !order.anyway) throw new Error(unknown(parts, switched))
      if (isOwn(switched, by)) {
        throw new Error(
          `that is the ${switched.what} that gives this order, and could not take it back: let another admin do it`,
        )
      }
      await parts.record({ state: 'disabled', switched, reason: order.reason, by })
      const streams = await parts.disable({
        switched,
        reason: order.reason,
        sinceMs: parts.nowMs(),
      })
      return { disabled: switched, streams, known }
    },
    async enable(body) {
      const order = parseOrder(switchOrder, body)
      const by = await parts.requireRole(order.token, 'admin')
      await parts.refresh()
      const switched = enabledOf(parts, order)
      const key = switchKey(switched)
      // What is on is not changed, and nothing is recorded as if it were.
      if (!parts.disabled().some((one) => switchKey(one.switched) === key)) {
        return { enabled: switched, was: 'enabled' }
      }
      await parts.record({ state: 'enabled', switched, reason: order.reason, by })
      return { enabled: switched, was: (await parts.enable(switched)) ? 'disabled' : 'enabled' }
    },
    disabled: () => ({
      disabled: parts.disabled().map(({ switched, reason, sinceMs }) => ({
        ...switched,
        reason,
        since: new Date(sinceMs).toISOString(),
      })),
    }),
  }
}

function switchedOf(
  parts: Pick<SwitchParts, 'issuers'>,
  { what, name: named, issuer }: Order,
): Switched {
  if (what === 'everything') {
    if (named !== undefined) throw new Error('`everything` has no name')
    return { what }
  }
  if (named === undefined) throw new Error(`which ${what}? a name is needed`)
  if (what === 'target' || what === 'tool') return { what, name: named }
  return { what, name: named, issuer: onlyIssuer(parts.issuers(), issuer) }
}

/** What is disabled keeps its issuer, also where that one is trusted no more. */
function enabledOf(parts: SwitchParts, order: Order): Switched {
  const { what, name: named, issuer } = order
  const issuers = parts
    .disabled()
    .flatMap(({ switched }) =>
      'issuer' in switched && switched.what === what && switched.name === named
        ? [switched.issuer]
        : [],
    )
  const [only, ...others] = issuer === undefined ? issuers : issuers.filter((one) => one === issuer)
  if (only === undefined || others.length > 0 || named === undefined) {
    const known = others.length > 0 ? issuers : parts.issuers()
    return switchedOf({ issuers: () => known }, order)
  }
  return switchedOf({ issuers: () => [only] }, order)
}

type Named = Exclude<Switched, { readonly what: 'everything' }>

function isKnown(parts: SwitchParts, switched: Named): boolean {
  switch (switched.what) {
    case 'target':
      return parts.targets().includes(switched.name)
    case 'tool':
      return parts.tools().includes(switched.name)
    case 'client':
    case 'person':
      return [...parts.principals()].some(
        (principal) =>
          principal.issuer === switched.issuer &&
          nameIn(principal, switched.what) === switched.name,
      )
  }
}

function nameIn(principal: Principal, what: 'client' | 'person'): string | undefined {
  if (what === 'client') return principal.clientId
  return principal.kind === 'client' ? undefined : principal.subject
}

function unknown(parts: SwitchParts, { what, name: named }: Named): string {
  const anyway = 'add --anyway if the name is right'
  if (what === 'client' || what === 'person') {
    return `no ${what} called \`${named}\` has called since the start; ${anyway}`
  }
  const guess = nearest(named, what === 'tool' ? parts.tools() : parts.targets())
  const meant = guess === undefined ? '' : `did you mean \`${guess}\`? `
  return `this gateway knows no ${what} \`${named}\`; ${meant}${anyway}`
}
