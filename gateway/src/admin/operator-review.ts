// Reviews of access at the operator's socket: who may do what, over the callers that this process has seen and those
// that the order names. It reads alone; nothing is recorded.
import { z } from 'zod'
import type { Access, ReviewQuestion } from '../authorize/access-review.ts'
import type { Principal } from '../identify/identity.ts'
import { onlyIssuer, parseOrder, type Orders } from './order.ts'

export type ReviewParts = {
  readonly issuers: () => readonly string[]
  readonly principals: () => Iterable<Principal>
  readonly reviewAccess: (question: ReviewQuestion) => Promise<readonly Access[]>
}

const text = z.string().min(1).max(512)
const reviewOrder = z.strictObject({
  /** Qualified name of a tool; absent: all. */
  tool: text.optional(),
  /** Subject or client id; absent: everybody. */
  who: text.optional(),
  people: z
    .array(
      z.strictObject({
        kind: z.enum(['person', 'client', 'agent']),
        issuer: text.optional(),
        subject: text.optional(),
        clientId: text,
        tenant: text.optional(),
        tags: z.record(text, z.string()),
      }),
    )
    .max(10_000)
    .default([]),
})
export function reviewOrders(parts: ReviewParts): Orders {
  return new Map([
    ['/review', async (order: unknown) => review(parts, parseOrder(reviewOrder, order))],
  ])
}

async function review(parts: ReviewParts, order: z.output<typeof reviewOrder>): Promise<object> {
  const { tool, who } = order
  const named = order.people.map(({ issuer, subject, tenant, ...rest }) => ({
    ...rest,
    issuer: onlyIssuer(parts.issuers(), issuer),
    ...(subject === undefined ? {} : { subject }),
    ...(tenant === undefined ? {} : { tenant }),
  }))
  const everybody = [...[...parts.principals()].map(questionOf), ...named]
  const principals = [
    ...new Map(everybody.map((principal) => [keyOf(principal), principal])).values(),
  ].filter(({ subject, clientId }) => who === undefined || (subject ?? clientId) === who)
  if (who !== undefined && principals.length === 0) {
    throw new Error(
      `nobody called \`${who}\` has called since the start; name them in a file of people`,
    )
  }
  const access = await parts.reviewAccess({
    principals,
    ...(tool === undefined ? {} : { tools: [tool] }),
  })
  return { principals: principals.length, access }
}

type Asked = ReviewQuestion['principals'][number]

/** Somebody who called, as whom it is asked about. */
export function questionOf(principal: Principal): Asked {
  const { kind, issuer, clientId, tenant, tags } = principal
  return {
    kind,
    issuer,
    clientId,
    ...(principal.kind === 'client' ? {} : { subject: principal.subject }),
    ...(tenant === undefined ? {} : { tenant }),
    tags: Object.fromEntries(tags),
  }
}

function keyOf({ kind, issuer, clientId, subject, tenant, tags }: Asked): string {
  const sorted = Object.keys(tags)
    .toSorted()
    .map((name) => [name, tags[name]])
  return JSON.stringify([kind, issuer, clientId, subject, tenant, sorted])
}
