// What the audit log holds. Kinds are closed; a reader of version N reads all versions before it.
// Personal values are commitments here; values and salts lie in the side file (personal.ts).
import type { Permit } from '../authorize/permit.ts'
import type { OutcomeFacts } from '../call/outcome.ts'
import type { Credential } from '../credential/credential.ts'
import type { Identity } from '../identify/identity.ts'
import type { Refusal } from '../refusal.ts'

/** Kinds that this version writes. Later capabilities add theirs; `verify` reads kinds that it does not know. */
export type RecordKind =
  | 'boot'
  | 'shutdown'
  | 'recovery'
  | 'intent'
  | 'outcome'
  | 'refusal'
  | 'stream'
  | 'list'
  | 'token_revoked'
  | 'secret_read'
  | 'policy_changed'
  | 'config_changed'
  | 'pin_changed'
  | 'relaxed'

/** Where a refusal happened and what was known by then. */
export type RefusalContext = {
  readonly requestId: string
  readonly traceId: string | undefined
  readonly peerAddress: string
  readonly identity: Identity | undefined
  /** Qualified name as asked for, where one was. */
  readonly tool: string | undefined
  readonly method: string | undefined
}

/** The log as the pipeline and the composition root know it. */
export type Audit = {
  /**
   * Appends the intent and resolves with its sequence number once it is as durable as the entry's facts
   * demand; rejects with Fault `audit.unavailable`. There is no call without it.
   */
  readonly intent: (
    permit: Permit,
    credential: Credential,
    peerAddress: string,
    traceId: string | undefined,
  ) => Promise<number>
  /** Never waited for. */
  readonly outcome: (
    intentSequence: number,
    requestId: string,
    facts: OutcomeFacts,
    durationMs: number,
  ) => void
  readonly refusal: (refusal: Refusal, context: RefusalContext) => void
  readonly list: (identity: Identity, requestId: string, shown: number, hidden: number) => void
  /** Everything else: configuration, policies, pins, revocations. Resolves when it is synced. */
  readonly event: (kind: RecordKind, detail: Readonly<Record<string, unknown>>) => Promise<void>
  /** True while records can be written. */
  readonly healthy: () => boolean
  /** Flushes, writes `shutdown` and closes. */
  readonly close: () => Promise<void>
}
