// Approvals without a gateway: a policy set that asks for them, a store, a clock that the test moves.
import { createApprovalDesk, type Decider } from '../../../src/authorize/approval/approval-desk.ts'
import { createApprovalRows } from '../../../src/authorize/approval/approval-rows.ts'
import { createSettle } from '../../../src/authorize/approval/approvals.ts'
import type { ApprovalEvent, Notice } from '../../../src/authorize/approval/events.ts'
import { createInTurn } from '../../../src/system/in-turn.ts'
import { needsApproval, type PendingCall } from '../../../src/authorize/approval/needs-approval.ts'
import type { Authorize } from '../../../src/authorize/authorize.ts'
import type { Permit } from '../../../src/authorize/permit.ts'
import type { Identity } from '../../../src/identify/identity.ts'
import type { JsonObject } from '../../../src/json/value.ts'
import type { Refusal } from '../../../src/refusal.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import type { Store } from '../../../src/store/store.ts'
import type { Clock } from '../../../src/system/clock.ts'
import { call, identity, ISSUER, started, tool } from '../world.ts'

export const NAME = 't___pay'
export const POLICY = `@id("plain")
permit (principal, action, resource) when { context.input.amount <= 10 };
@id("large") @approval("approver") @approval_expires("15m")
permit (principal, action, resource);`
export const PAY: JsonObject = { amount: 50, payee: 'x' }
export const TOOL = tool(NAME, {
  type: 'object',
  properties: { amount: { type: 'integer' }, payee: { type: 'string' } },
  required: ['amount'],
})
export const MINUTE = 60_000
export const CAROL = identity('carol', { tenant: 'acme' })

export const DAN: Decider = {
  issuer: ISSUER,
  subject: 'dan',
  tenant: 'acme',
  client: 'cli',
  roles: new Set(['approver']),
}

export type TestClock = Clock & { readonly advance: (ms: number) => void }

export function testClock(): TestClock {
  let passed = 0
  return {
    wallMs: () => 1_790_000_000_000 + passed,
    monotonicMs: () => passed,
    advance: (ms) => {
      passed += ms
    },
  }
}

export type ApprovalsWorld = Awaited<ReturnType<typeof startApprovals>>

/** `store`: goes on from one process to the next. */
export async function startApprovals(
  more: { readonly store?: Store; readonly clock?: TestClock; readonly authorize?: Authorize } = {},
) {
  const clock = more.clock ?? testClock()
  const store = more.store ?? createMemoryStore(clock)
  const authorize = more.authorize ?? (await started([POLICY], [TOOL]))
  const events: ApprovalEvent[] = []
  const notices: Notice[] = []
  const failing = { record: false }
  const parts = {
    rows: createApprovalRows(store, clock),
    clock,
    inTurn: createInTurn(),
    record: async (event: ApprovalEvent) => {
      if (failing.record) throw new Error('the log is away')
      events.push(event)
    },
    notify: (notice: Notice) => void notices.push(notice),
    mostPerPerson: () => 20,
  }
  const settle = createSettle(parts)
  const decideNow = (who: Identity, args: JsonObject) => call(authorize, who, NAME, args)

  /** What the pipeline does; `again` replaces the second look. */
  async function pay(
    args: JsonObject = PAY,
    who: Identity = CAROL,
    again: () => Permit | Refusal = () => decideNow(who, args),
  ): Promise<Permit | Refusal> {
    const decided = decideNow(who, args)
    return needsApproval(decided) ? settle(decided.pending, again) : decided
  }

  return {
    clock,
    store,
    authorize,
    events,
    notices,
    failing,
    settle,
    pay,
    desk: createApprovalDesk(parts),
    states: () => events.map(({ state }) => state),
    pendingOf(args: JsonObject = PAY, who: Identity = CAROL): PendingCall {
      const decided = decideNow(who, args)
      if (needsApproval(decided)) return decided.pending
      throw new Error('expected a call that needs approval')
    },
  }
}

/** The reference that a refusal names. */
export function referenceOf(answer: Permit | Refusal): string {
  const seen = 'refused' in answer ? answer.seen : undefined
  return /`([0-9a-f]{32})`/.exec(seen ?? '')?.[1] ?? 'none'
}

/** Each verb takes a while, so that what happens at the same time does. */
export function slow(store: Store, ms: number): Store {
  const slowed: Record<string, unknown> = {}
  for (const [name, verb] of Object.entries(store)) {
    slowed[name] = async (...args: unknown[]): Promise<unknown> => {
      await new Promise((resolve) => setTimeout(resolve, ms))
      return (verb as (...args: unknown[]) => Promise<unknown>)(...args)
    }
  }
  return slowed as Store
}
