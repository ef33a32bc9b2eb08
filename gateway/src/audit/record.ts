// What the audit log holds. Kinds are closed; a reader of version N reads all versions before it.
// Personal values are commitments here; values and salts lie in the side file (personal.ts).
import type { Permit } from '../authorize/permit.ts'
import type { OutcomeFacts } from '../call/outcome.ts'
import type { Credential } from '../credential/credential.ts'
import type { Identity } from '../identify/identity.ts'
import type { JsonObject } from '../json/value.ts'
import type { Refusal } from '../refusal.ts'

/** Version of the form of records. A reader of version N reads all before it. */
export const RECORD_VERSION = 1

/** Kinds that this version writes. Later capabilities add theirs; `verify` reads kinds that it does not know. */
export type RecordKind =
  | 'boot'
  | 'shutdown'
  | 'heartbeat'
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
  | 'key_changed'
  | 'checkpoint'
  | 'anchor'
  | 'pin_changed'
  | 'relaxed'
  | 'approval'
  | 'access'
  | 'disabled'
  | 'erased'
  | 'admin'

/** Where a refusal happened and what was known by then. */
export type RefusalContext = {
  readonly requestId: string
  readonly traceId: string | undefined
  readonly peerAddress: string
  readonly identity: Identity | undefined
  /** Qualified name as asked for, where one was. */
  readonly tool: string | undefined
  readonly method: string | undefined
  /** Of a call that was refused once its tool was seen. */
  readonly call?: RefusedCall
}

/** What the log keeps of the arguments of a call that was not made: what it keeps of one that was. */
export type RefusedCall = { readonly args: JsonObject; readonly auditPaths: readonly string[] }

/** Values that an event names and that are personal; they stand in the record as commitments. `issuer` is in clear. */
export type AboutPerson = {
  readonly issuer: string
  readonly subject?: string
  readonly session?: string
  readonly tenant?: string
  /** Why they did it, in their words: free text may name anybody, and is erased with them. */
  readonly reason?: string
}

/** The log as the pipeline and the composition root know it. */
export type ListCounts = {
  readonly shown: number
  readonly hidden: number
  /** Names of what policies that only log would hide. */
  readonly wouldHide: readonly string[]
}

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
  /** Never waited for. At most 100 per second of one caller and code; the others are counted (D-14). */
  readonly refusal: (refusal: Refusal, context: RefusalContext) => void
  /** Never waited for. One per second of each principal; the others are counted. */
  readonly list: (identity: Identity, requestId: string, counts: ListCounts) => void
  /**
   * Everything else: configuration, policies, pins, revocations. Resolves when it is synced, rejects with
   * Fault `audit.unavailable`. `detail` is kept in clear: what is personal goes into `about`.
   */
  readonly event: (
    kind: RecordKind,
    detail: Readonly<Record<string, unknown>>,
    about?: AboutPerson,
    /** The request that it belongs to, so that `why` finds it. */
    requestId?: string,
  ) => Promise<void>
  /** Hands over the latest records and every one from now on, each as JSON text. Returns what ends it. */
  readonly subscribe: (use: (record: string) => void) => () => void
  /** True while records can be written. */
  readonly healthy: () => boolean
  /** Flushes, gives every open intent the outcome `unclear`, writes `shutdown` and closes. */
  readonly close: () => Promise<void>
}
