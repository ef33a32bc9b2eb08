// Approvals and access of one process, composed: where their rows lie, how their records are written, who is told.
// Like app.ts it may name implementations.
import { keptArguments, keptPaths } from './audit/kept-arguments.ts'
import type { AboutPerson, Audit } from './audit/record.ts'
import { createAccess, type Access } from './authorize/approval/access.ts'
import { createApprovalDesk, type ApprovalDesk } from './authorize/approval/approval-desk.ts'
import { createApprovalRows } from './authorize/approval/approval-rows.ts'
import { createSettle, type Settle } from './authorize/approval/approvals.ts'
import type { Person, RecordEvent } from './authorize/approval/events.ts'
import { createInTurn } from './system/in-turn.ts'
import { createWebhook } from './authorize/approval/webhook.ts'
import type { Config } from './config/schema.ts'
import type { GuardedFetch } from './net/guarded-fetch.ts'
import type { Log } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'
import type { Secrets } from './secrets/resolve.ts'
import type { Store } from './store/store.ts'
import type { Clock } from './system/clock.ts'

export type Approvals = {
  readonly settle: Settle
  readonly desk: ApprovalDesk
  readonly access: Access
  readonly close: () => void
}

export function composeApprovals(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly audit: Audit
  readonly fetch: GuardedFetch
  readonly secrets: Secrets
  readonly log: Log
  readonly metrics: Metrics
  /** What runs now. */
  readonly config: () => Config
}): Approvals {
  const { store, clock, audit, fetch, secrets, log, metrics, config } = parts
  const sent = metrics.counter('sallyport_webhooks', 'notices to those who decide', ['outcome'])
  const webhook = createWebhook({
    settings: () => config().approvals.webhook,
    publicUrl: () => config().publicUrl,
    fetch,
    secrets,
    clock,
    log,
    count: (outcome) => sent.with(outcome).inc(),
  })
  const record = recordIn(audit)
  const rows = createApprovalRows(store, clock)
  const inTurn = createInTurn()
  const mostPerPerson = () => config().approvals.waitingPerPerson
  const common = { clock, inTurn, record }
  const asking = { ...common, notify: webhook.notify, mostPerPerson }
  const access = createAccess({ ...asking, store, log })
  return {
    settle: createSettle({ ...asking, rows }),
    desk: createApprovalDesk({ ...common, rows }),
    access,
    close() {
      webhook.close()
      access.close()
    },
  }
}

/** Personal values as commitments; of the arguments what the rules of the tool name. */
function recordIn(audit: Audit): RecordEvent {
  return ({ kind, state, reference, requestId, person, detail, words, args }) => {
    const kept = args && keptArguments(args.values, keptPaths(args.keep))
    const shown = kept === undefined || Object.keys(kept).length === 0 ? {} : { arguments: kept }
    const about = { ...aboutOf(person), ...(words === undefined ? {} : { reason: words }) }
    return audit.event(kind, { state, reference, ...detail, ...shown }, about, requestId)
  }
}

function aboutOf({ issuer, subject, tenant }: Person): AboutPerson {
  return {
    issuer,
    ...(subject === undefined ? {} : { subject }),
    ...(tenant === undefined ? {} : { tenant }),
  }
}
