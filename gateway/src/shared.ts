// What outlives a configuration: the parts of one process that every generation uses.
import type { EraseParts } from './audit/erase.ts'
import type { Publishing } from './audit/publish/publish.ts'
import type { Audit, RecordKind } from './audit/record.ts'
import type { Authorize } from './authorize/authorize.ts'
import type { Approvals } from './compose-approvals.ts'
import type { Budgets } from './authorize/limits/limits.ts'
import type { Switches } from './authorize/switches/switches.ts'
import type { AllGates } from './call/gate/gates.ts'
import type { LargeAnswers } from './call/large-answers.ts'
import type { OpenStreams } from './call/open-streams.ts'
import type { DenyList } from './identify/deny-list.ts'
import type { KeyCaches } from './identify/identify.ts'
import type { Sessions } from './mcp/legacy/sessions.ts'
import type { GuardedFetch } from './net/guarded-fetch.ts'
import type { Pools } from './net/pools.ts'
import type { Log } from './observe/log.ts'
import type { Traces } from './observe/traces.ts'
import type { Ended, Exchange } from './exchange.ts'
import type { Secrets } from './secrets/resolve.ts'
import type { Seals } from './secrets/seals.ts'
import type { Store } from './store/store.ts'
import type { Clock } from './system/clock.ts'
import type { Pressure } from './system/pressure.ts'

export type Shared = {
  readonly clock: Clock
  readonly log: Log
  readonly audit: Audit
  /** The log that this process writes, for whoever takes a person out of it. */
  readonly ownLog: EraseParts['own']
  /** What of the log leaves this process. */
  readonly publishing: Publishing
  /** Records an event without waiting; that it could not be written shows in the health of the log. */
  readonly note: (kind: RecordKind, detail: Readonly<Record<string, unknown>>) => void
  readonly store: Store
  readonly denyList: DenyList
  readonly switches: Switches
  /** Keys of issuers outlive a configuration: a reload while an issuer is away must not lose them (F-02). */
  readonly keyCaches: KeyCaches
  readonly secrets: Secrets
  /** Under keys of the state folder: what a client gets and brings back. */
  readonly seals: Seals
  readonly fetch: GuardedFetch
  readonly pools: Pools
  readonly pressure: Pressure
  readonly streams: OpenStreams
  /** Of clients of the old era. */
  readonly sessions: Sessions
  /** Before every target: breakers and bulkheads. */
  readonly gates: AllGates
  readonly largeAnswers: LargeAnswers
  readonly budgets: Budgets
  readonly approvals: Approvals
  /** Of the configuration that runs; `undefined` before the first one does. */
  readonly authorize: () => Authorize | undefined
  readonly traces: Traces
  readonly observe: (exchange: Exchange, ended: Ended) => void
  /** Port that the data plane listens on. */
  readonly port: () => number
  readonly version: string
}
