// Pins over the operator's socket (policy-audit §1.6): whoever reaches the socket may look; to approve takes the role
// `admin`, and the hash of what was looked at.
import { z } from 'zod'
import type { ApprovePin } from '../approve-pin.ts'
import type { Review } from '../catalogue/review.ts'
import type { RequireRole } from './operator-role.ts'
import { parseOrder } from './order.ts'

/** The parts of a running gateway that these orders reach. */
export type PinOrderParts = {
  readonly review: () => Review
  readonly approvePin: ApprovePin
  readonly requireRole: RequireRole
}

export type PinOrders = {
  readonly pins: () => Promise<unknown>
  readonly pinDiff: (order: unknown) => Promise<unknown>
  readonly approvePin: (order: unknown) => Promise<unknown>
}

const tool = z.string().min(1).max(256)
const diffOrder = z.strictObject({ tool })
const approveOrder = z.strictObject({
  tool,
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  reason: z.string().max(512).default('not given'),
  token: z.string().max(16_384).optional(),
})

export function createPinOrders({ review, approvePin, requireRole }: PinOrderParts): PinOrders {
  return {
    pins: async () => ({ pins: await review().list() }),
    pinDiff: (order) => review().diff(parseOrder(diffOrder, order).tool),
    async approvePin(order) {
      const { token, ...approval } = parseOrder(approveOrder, order)
      const operator = await requireRole(token, 'admin')
      return { approved: await approvePin(approval, operator) }
    },
  }
}
