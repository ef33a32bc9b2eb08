// Orders about calls that wait for approval. Each carries the operator's own access token: whoever has the role that a
// request asks for sees it and may decide it, auditors and admins see all, and everybody sees their own.
import { z } from 'zod'
import type { Approval, ApprovalDesk } from '../authorize/approval/approval-desk.ts'
import { parseKeepingNumbers } from '../json/raw-number.ts'
import { NotAllowed } from './not-allowed.ts'
import type { OperatorIdentity } from './operator-role.ts'
import { parseOrder, type Orders } from './order.ts'

export type ApprovalOrderParts = {
  readonly identifyOperator: (token: string | undefined) => Promise<OperatorIdentity>
  readonly approvals: ApprovalDesk
}

const token = z.string().max(16_384).optional()
const reference = z.string().regex(/^[0-9a-f]{32}$/, 'is no reference')
const listOrder = z.strictObject({ token })
const showOrder = z.strictObject({ token, reference })
const decideOrder = z.strictObject({
  token,
  reference,
  answer: z.enum(['given', 'refused']),
  reason: z.string().trim().min(1).max(512),
})

export function approvalOrders({ identifyOperator, approvals }: ApprovalOrderParts): Orders {
  async function list(order: unknown): Promise<object> {
    const operator = await identifyOperator(parseOrder(listOrder, order).token)
    const seen = (await approvals.list()).filter((approval) => maySee(approval, operator))
    return { approvals: seen.map(shown), roles: [...operator.roles].toSorted() }
  }

  async function show(order: unknown): Promise<object> {
    const asked = parseOrder(showOrder, order)
    const operator = await identifyOperator(asked.token)
    const approval = await approvals.find(asked.reference)
    const argsJson = approval && (await approvals.argsJson(asked.reference))
    // One answer, so that nobody learns of what they may not see.
    if (approval === undefined || argsJson === undefined || !maySee(approval, operator)) {
      throw new Error(`nothing that you may see waits under \`${asked.reference}\``)
    }
    return { ...shown(approval), arguments: parseKeepingNumbers(argsJson) }
  }

  async function decide(order: unknown): Promise<object> {
    const { token, reference, answer, reason } = parseOrder(decideOrder, order)
    const operator = await identifyOperator(token)
    const decided = await approvals.decide(reference, answer, operator, reason)
    if ('barred' in decided) {
      throw new NotAllowed('role', decided.barred, 'ask somebody else who has the role')
    }
    return shown(decided)
  }

  return new Map([
    ['/approvals/list', list],
    ['/approvals/show', show],
    ['/approvals/decide', decide],
  ])
}

function maySee({ roles, requester }: Approval, { roles: held, ...operator }: OperatorIdentity) {
  if (held.has('admin') || held.has('auditor')) return true
  if (requester.issuer === operator.issuer && requester.subject === operator.subject) return true
  return roles.some((role) => held.has(role))
}

function shown(approval: Approval): object {
  const { reference, state, tool, roles, requester, policies, requestId, reason } = approval
  return {
    reference,
    state,
    tool,
    requester,
    roles,
    policies,
    requestId,
    asked: new Date(approval.askedAtMs).toISOString(),
    until: new Date(approval.untilMs).toISOString(),
    ...(approval.decidedBy === undefined ? {} : { decidedBy: approval.decidedBy, reason }),
  }
}
