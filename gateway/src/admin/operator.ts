// What the operator may ask and order, behind the socket. Reads reach a stage through its operator file alone; an
// order is recorded before it takes effect.
import { z } from 'zod'
import type { Explanation, Question } from '../authorize/explain.ts'
import type { Principal } from '../identify/identity.ts'
import type { Revocation } from '../identify/revocation.ts'
import type { AdminParts } from './admin.ts'
import type { RequireRole } from './operator-role.ts'
import { accessOrders, type AccessOrderParts } from './operator-access.ts'
import { approvalOrders, type ApprovalOrderParts } from './operator-approvals.ts'
import { questionOf, reviewOrders, type ReviewParts } from './operator-review.ts'
import { eraseOrders, type EraseParts } from './erase-orders.ts'
import { onlyIssuer, parseOrder } from './order.ts'
import { createSwitchOrders, type SwitchParts } from './switch-orders.ts'
import { pinOrders, type PinOrderParts } from './pin-orders.ts'
import { pruneOrders, type PruneOrderParts } from './prune-orders.ts'

/** The parts of a running gateway that the operator reaches. */
export type OperatorParts = Pick<AdminParts, 'status' | 'why' | 'tail' | 'reload'> &
  Pick<PinOrderParts, 'review' | 'askTargets' | 'approvePin'> &
  ApprovalOrderParts &
  AccessOrderParts &
  PruneOrderParts &
  ReviewParts & {
    /** For orders that need a person with a role: they carry the operator's own access token. */
    readonly requireRole: RequireRole
    readonly switches: SwitchParts
    readonly erasing: EraseParts
    /** Another process has taken the place of this one. */
    readonly drain: () => void
    readonly issuers: () => readonly string[]
    readonly principals: () => Iterable<Principal>
    readonly explain: (question: Question) => Explanation
    readonly recordRevocation: (revocation: Revocation, reason: string) => Promise<void>
    /** Takes effect at once; resolves with how many open streams it ended. */
    readonly revoke: (revocation: Revocation) => Promise<number>
    /** The latest time of issue, in seconds of the issuer's clock, that a revocation now must cover. */
    readonly revokedUntilSeconds: (issuer: string) => number
  }

const text = z.string().min(1).max(512)
const principalOrder = z.strictObject({
  kind: z.enum(['person', 'client', 'agent']).default('person'),
  issuer: text.optional(),
  subject: text.optional(),
  clientId: text,
  tenant: text.optional(),
  tags: z.record(text, z.string()).default({}),
})
const explainOrder = z.strictObject({
  user: text.optional(),
  principal: principalOrder.optional(),
  tool: text,
  args: z.custom<Question['args']>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  ),
  address: z.union([z.ipv4(), z.ipv6()]).optional(),
  time: z.iso.datetime({ offset: true }).optional(),
})
const revokeOrder = z.strictObject({
  issuer: text.optional(),
  user: text.optional(),
  client: text.optional(),
  sid: text.optional(),
  jti: text.optional(),
  grant: text.optional(),
  reason: z.string().max(512).default('not given'),
})

export function createOperator(parts: OperatorParts): AdminParts {
  return {
    status: parts.status,
    why: parts.why,
    tail: parts.tail,
    reload: parts.reload,
    ...createSwitchOrders(parts.switches),
    orders: new Map([
      ...approvalOrders(parts),
      ...accessOrders(parts),
      ...pinOrders(parts),
      ...reviewOrders(parts),
      ...eraseOrders(parts),
      ...pruneOrders(parts),
      ['/drain', () => drain(parts)],
    ]),
    explain: async (order) => explain(parts, parseOrder(explainOrder, order)),
    revoke: (order) => revoke(parts, parseOrder(revokeOrder, order)),
  }
}

function drain(parts: OperatorParts): Promise<object> {
  parts.drain()
  return Promise.resolve({ draining: true })
}

function explain(parts: OperatorParts, order: z.output<typeof explainOrder>): Explanation {
  const { tool, args, user, principal, address, time } = order
  const question = {
    tool,
    args,
    ...(address === undefined ? {} : { address }),
    ...(time === undefined ? {} : { timeMs: Date.parse(time) }),
  }
  if ((user === undefined) === (principal === undefined)) {
    throw new Error('exactly one of `user` and `principal` is needed')
  }
  if (principal !== undefined) {
    return parts.explain({
      principal: spelledOut(principal, onlyIssuer(parts.issuers(), principal.issuer)),
      ...question,
    })
  }
  return parts.explain({ principal: known(parts, user ?? ''), ...question })
}

function spelledOut(
  principal: z.output<typeof principalOrder>,
  issuer: string,
): Question['principal'] {
  const { subject, tenant, ...rest } = principal
  return {
    ...rest,
    issuer,
    ...(subject === undefined ? {} : { subject }),
    ...(tenant === undefined ? {} : { tenant }),
  }
}

/** Somebody who called since the gateway started: the latest with that subject or client id. */
function known(parts: OperatorParts, name: string): Question['principal'] {
  const found = [...parts.principals()].findLast((principal) =>
    principal.kind === 'client' ? principal.clientId === name : principal.subject === name,
  )
  if (found === undefined) {
    throw new Error(
      `nobody called \`${name}\` has called since the start; spell the principal out instead`,
    )
  }
  return questionOf(found)
}

async function revoke(parts: OperatorParts, order: z.output<typeof revokeOrder>): Promise<unknown> {
  const { reason, issuer: named, ...rest } = order
  const issuer = onlyIssuer(parts.issuers(), named)
  const revocation = revocationOf(rest, issuer, parts.revokedUntilSeconds(issuer))
  await parts.recordRevocation(revocation, reason)
  const seen = hasCalled(parts, revocation)
  const streams = await parts.revoke(revocation)
  return { revoked: revocation, streams, ...(seen === undefined ? {} : { seen }) }
}

/** Whether the one that is revoked has called since the start; `undefined` for sessions and tokens, of which no list is kept. */
function hasCalled(parts: OperatorParts, { by, issuer, value }: Revocation): boolean | undefined {
  if (by !== 'subject' && by !== 'client') return undefined
  return [...parts.principals()].some((principal) => {
    if (principal.issuer !== issuer) return false
    if (by === 'client') return principal.clientId === value
    return principal.kind !== 'client' && principal.subject === value
  })
}

function revocationOf(
  order: Omit<z.output<typeof revokeOrder>, 'reason' | 'issuer'>,
  issuer: string,
  issuedUntilSeconds: number,
): Revocation {
  const given = Object.entries(order).filter(([, value]) => value !== undefined)
  const [only] = given
  if (only === undefined || given.length > 1) {
    throw new Error('exactly one of `user`, `client`, `sid`, `jti` and `grant` is needed')
  }
  const [by, value] = only as [keyof typeof order, string]
  switch (by) {
    case 'user':
      return { by: 'subject', issuer, value, issuedUntilSeconds }
    case 'client':
      return { by, issuer, value, issuedUntilSeconds }
    case 'sid':
    case 'jti':
    case 'grant':
      return { by, issuer, value }
  }
}
