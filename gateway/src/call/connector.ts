// The seam of every kind of target. A connector is a folder beside call/mcp; nothing else of it is known outside.
import type { Permit } from '../authorize/permit.ts'
import type { Spoken } from '../catalogue/entry.ts'
import type { Credential } from '../credential/credential.ts'
import type { JsonObject, RpcId } from '../json/value.ts'
import type { Room } from './large-answers.ts'
import type { Outcome } from './outcome.ts'

/** What a target offers, raw, before names, pins and quarantine; definitions as it sent them, numbers exact. */
export type Description = {
  readonly tools: readonly JsonObject[]
  /** Absent: its capabilities do not name prompts. */
  readonly prompts?: Listed
  /** Absent: its capabilities do not name resources. */
  readonly resources?: Listed
  /** Beside `resources`. */
  readonly templates?: Listed
  /** What could not be listed, in words. */
  readonly unlisted?: readonly string[]
  /** What it can do, in its own words; absent: nothing beside what is listed. */
  readonly capabilities?: JsonObject
  readonly speaks?: Spoken
}

/** `unlisted`: there may be some, and this time the target did not say which. */
export type Listed = readonly JsonObject[] | 'unlisted'

/** What a call asks of a target. */
export type CallMethod = 'tools/call' | 'prompts/get' | 'resources/read' | 'completion/complete'

/** What of the client's request travels beside the permit. */
export type CallEnvelope = {
  /**
   * Of a tool the permit's arguments are its `arguments`, and so they are of a prompt; of `resources/read` and
   * `completion/complete` they are all params, with the target's own names.
   */
  readonly method: CallMethod
  /** The id that the client used: kept, because one exchange carries one answer. */
  readonly id: RpcId
  /** `params._meta` to be sent: unknown keys kept, nothing of ours but trace context. */
  readonly meta: JsonObject
  readonly protocolVersion: string
  /** What a client brings that comes back after it was asked. */
  readonly input?: {
    readonly responses: JsonObject | undefined
    /** As the outcome before had it. */
    readonly state: string | undefined
  }
  /** Names the client's session of the old era: a target of that era gets one of its own for it. */
  readonly session?: string
  /** Where a large answer grows. */
  readonly room?: Room
  /** Undeclared `Mcp-Param-*` headers, forwarded unused (SEP-2243). */
  readonly paramHeaders: ReadonlyMap<string, string>
}

/** What to be told of, each kind asked for by name (MCP 2026-07-28, `subscriptions/listen`). */
export type ListenFilter = {
  readonly toolsListChanged?: true
  readonly promptsListChanged?: true
  readonly resourcesListChanged?: true
  /** URIs, as the target knows them. */
  readonly resourceSubscriptions?: readonly string[]
}

export type TargetEvent =
  | { readonly kind: 'toolsListChanged' | 'promptsListChanged' | 'resourcesListChanged' }
  | { readonly kind: 'resourceUpdated'; readonly uri: string }

export type Connector = {
  /** Off the path: what the target offers. Rejects with a plain Error in words for the operator. */
  readonly describe: (credential: Credential, signal: AbortSignal) => Promise<Description>
  /** On the path. `signal` aborts when the client goes away or the gateway drains. Never rejects for what a target does. */
  readonly call: (
    permit: Permit,
    credential: Credential,
    envelope: CallEnvelope,
    signal: AbortSignal,
  ) => Promise<Outcome>
  /**
   * Listens with the credential's identity until `signal` aborts or the target ends it. `told` is called for what the
   * filter names alone, `opened` once the target has agreed, with what it agreed to. Never rejects: it resolves when
   * nothing more comes, with the reason in words for the operator. Absent: targets of this kind tell nothing.
   */
  readonly listen?: (
    filter: ListenFilter,
    credential: Credential,
    on: {
      readonly opened: (agreed: ListenFilter) => void
      readonly told: (event: TargetEvent) => void
    },
    signal: AbortSignal,
  ) => Promise<string>
  readonly close: () => Promise<void>
}
