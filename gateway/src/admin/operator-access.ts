// Orders about access for a time: who asked, what is granted, granting and ending. Each carries the operator's own
// access token; whoever decides has the role `approver` and did not ask.
import { z } from 'zod'
import type { AccessDesk, AccessRow } from '../authorize/approval/access-desk.ts'
import { durationMs } from '../authorize/approval/annotation.ts'
import { NotAllowed } from './not-allowed.ts'
import type { OperatorIdentity } from './operator-role.ts'
import { parseOrder, type Orders } from './order.ts'

export type AccessOrderParts = {
  readonly identifyOperator: (token: string | undefined) => Promise<OperatorIdentity>
  readonly access: AccessDesk
  /** Definition of an approved tool as it is now. */
  readonly hashOf: (tool: string) => string | undefined
}

const token = z.string().max(16_384).optional()
const reference = z.string().regex(/^[0-9a-f]{32}$/, 'is no reference')
const reason = z.string().trim().min(1).max(512)
const listOrder = z.strictObject({ token })
const grantOrder = z.strictObject({ token, reference, reason, for: z.string().max(16) })
const endOrder = z.strictObject({ token, reference, reason })

const LONGEST_MS = 7 * 86_400_000

export function accessOrders({ identifyOperator, access, hashOf }: AccessOrderParts): Orders {
  async function list(order: unknown): Promise<object> {
    const operator = await identifyOperator(parseOrder(listOrder, order).token)
    const seen = (await access.list()).filter((row) => maySee(row, operator))
    return { access: seen.map(shown), roles: [...operator.roles].toSorted() }
  }

  async function grant(order: unknown): Promise<object> {
    const asked = parseOrder(grantOrder, order)
    const lifeMs = durationMs(asked.for)
    if (lifeMs === undefined || lifeMs > LONGEST_MS) {
      throw new Error(`\`${asked.for}\` is no time up to 7d: write a number and one of s, m, h, d`)
    }
    const operator = await identifyOperator(asked.token)
    return decided(await access.grant({ ...asked, lifeMs, hashOf }, operator))
  }

  async function end(order: unknown): Promise<object> {
    const asked = parseOrder(endOrder, order)
    const operator = await identifyOperator(asked.token)
    return decided(await access.end(asked.reference, asked.reason, operator))
  }

  return new Map([
    ['/access/list', list],
    ['/access/grant', grant],
    ['/access/end', end],
  ])
}

function decided(answer: AccessRow | { readonly barred: string }): object {
  if ('barred' in answer) {
    throw new NotAllowed('role', answer.barred, 'ask somebody else who has the role')
  }
  return shown(answer)
}

function maySee({ requester }: AccessRow, { roles, issuer, subject }: OperatorIdentity): boolean {
  if (['approver', 'admin', 'auditor'].some((role) => roles.has(role))) return true
  return requester.issuer === issuer && requester.subject === subject
}

function shown(row: AccessRow): object {
  const { reference, state, tool, requester, requestId, forbidden, why } = row
  return {
    reference,
    state,
    tool,
    requester,
    requestId,
    why,
    ...(forbidden ? { forbidden } : {}),
    asked: new Date(row.askedAtMs).toISOString(),
    until: new Date(row.untilMs).toISOString(),
    ...(row.grantedBy === undefined ? {} : { grantedBy: row.grantedBy, reason: row.reason }),
  }
}
