// Pins over the operator's socket (policy-audit §1.6): whoever reaches the socket may look; to approve takes the role
// `admin`, and the hash of what was looked at.
import { z } from 'zod'
import type { ApprovePin } from '../approve-pin.ts'
import type { Review } from '../catalogue/review.ts'
import type { RequireRole } from './operator-role.ts'
import { parseOrder, type Orders } from './order.ts'

/** The parts of a running gateway that these orders reach. */
export type PinOrderParts = {
  readonly review: () => Review
  /** Asks all targets what they offer. */
  readonly askTargets: () => Promise<void>
  readonly approvePin: ApprovePin
  readonly requireRole: RequireRole
}

const tool = z.string().min(1).max(256)
const listOrder = z.strictObject({ now: z.boolean().default(false) })
const diffOrder = z.strictObject({ tool })
const approveOrder = z.strictObject({
  tool,
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256 in hexadecimal digits'),
  reason: z.string().max(512).default('not given'),
  token: z.string().max(16_384).optional(),
})

export function pinOrders({ review, askTargets, approvePin, requireRole }: PinOrderParts): Orders {
  async function list(order: unknown): Promise<object> {
    if (parseOrder(listOrder, order).now) await askTargets()
    return { pins: await review().list() }
  }

  async function approve(order: unknown): Promise<object> {
    const { token, ...approval } = parseOrder(approveOrder, order)
    const operator = await requireRole(token, 'admin')
    return { approved: await approvePin(approval, operator) }
  }

  return new Map([
    ['/pins', list],
    ['/pins/diff', (order: unknown) => review().diff(parseOrder(diffOrder, order).tool)],
    ['/pins/approve', approve],
  ])
}
