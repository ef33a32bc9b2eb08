// That somebody prunes the log, for the record of it. The files are removed by whoever may write them, with the signer's
// word (audit/prune.ts); the log says it as well, where a gateway runs, and before the first of them goes.
import { z } from 'zod'
import { parseOrder, type Orders } from './order.ts'

export type PruneOrderParts = {
  readonly recordPrune: (detail: Readonly<Record<string, unknown>>) => Promise<void>
}

/** A record is bounded: of more logs the number is kept. */
const MOST_LOGS = 50

const pruneOrder = z.strictObject({
  /** Older than this. */
  before: z.string().min(1).max(64),
  logs: z
    .array(
      z.strictObject({
        log: z.string().min(1).max(64),
        /** So many records at the front will be gone. */
        until: z.int().min(1),
      }),
    )
    .min(1)
    .max(10_000),
})

export function pruneOrders({ recordPrune }: PruneOrderParts): Orders {
  return new Map([['/audit/prune', prune]])

  async function prune(body: unknown): Promise<object> {
    const { before, logs } = parseOrder(pruneOrder, body)
    await recordPrune({
      order: 'prune',
      before,
      count: logs.length,
      logs: logs.slice(0, MOST_LOGS),
    })
    return { recorded: logs.length }
  }
}
