// What one exchange is on its way along the path (pipeline.ts), and the parts that the path is made of.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Audit } from './audit/record.ts'
import type { Access } from './authorize/approval/access.ts'
import type { Settle } from './authorize/approval/approvals.ts'
import type { ArgumentChecks } from './authorize/argument-schema.ts'
import type { Authorize } from './authorize/authorize.ts'
import type { Limits } from './authorize/limits/limits.ts'
import type { Permit } from './authorize/permit.ts'
import type { Switches } from './authorize/switches/switches.ts'
import type { Connector } from './call/connector.ts'
import type { Gates } from './call/gate/gates.ts'
import type { LargeAnswers } from './call/large-answers.ts'
import type { OpenStreams, StreamLimits } from './call/open-streams.ts'
import type { EntryKind } from './catalogue/entry.ts'
import type { Resources } from './catalogue/offers/owners.ts'
import type { Credential } from './credential/credential.ts'
import type { Identity } from './identify/identity.ts'
import type { HeadSettings } from './in/head-settings.ts'
import type { Head, Inbound, RouteTable } from './in/inbound.ts'
import type { InboundLimits } from './in/read-inbound.ts'
import type { JsonObject } from './json/value.ts'
import type { Sessions } from './mcp/legacy/sessions.ts'
import type { ClientInput } from './mcp/input/input.ts'
import type { SearchSettings } from './mcp/search/settings.ts'
import type { Subscriptions } from './mcp/subscriptions/subscriptions.ts'
import type { Trace } from './observe/trace-context.ts'
import type { Traces } from './observe/traces.ts'
import type { Wire } from './out/wire.ts'
import type { Refusal } from './refusal.ts'
import type { Clock } from './system/clock.ts'
import type { Pressure } from './system/pressure.ts'

export type PipelineParts = {
  readonly routes: RouteTable
  readonly head: HeadSettings
  readonly limits: InboundLimits
  /** Why this request is refused so that others are served. */
  readonly sheds: Pressure['sheds']
  readonly identify: (head: Head) => Identity | Refusal | Promise<Identity | Refusal>
  /** Whether somebody who was let in has been revoked since. */
  readonly revoked: (identity: Identity) => Refusal | undefined
  readonly authorize: Authorize
  /** What decides for requests that come now, where that is another configuration's. */
  readonly successor: () => Pick<Authorize, 'decide' | 'complete'> | undefined
  readonly checkArguments: ArgumentChecks['ofCall']
  readonly obtain: (permit: Permit) => Credential | Promise<Credential>
  readonly connectors: ReadonlyMap<string, Connector>
  /** What may be read of targets, and whose it is. */
  readonly resources: () => Resources
  /** The words of the configuration for clients of an endpoint. */
  readonly instructions: (target: string | undefined) => string | undefined
  readonly gates: Gates
  readonly largeAnswers: LargeAnswers
  readonly audit: Audit
  readonly streams: OpenStreams
  readonly streamLimits: StreamLimits
  /** Who listens to what. */
  readonly subscriptions: Subscriptions
  readonly budgets: Limits
  /** What targets ask of clients before they answer. */
  readonly input: ClientInput
  /** Of large catalogues; `undefined`: lists are whole. */
  readonly search: SearchSettings | undefined
  readonly settle: Settle
  /** Of the old era. */
  readonly sessions: Sessions
  /** The oldest revision that clients may speak to a target; `undefined`: to all of them. */
  readonly minProtocol: (target: string | undefined) => string
  readonly access: Pick<Access, 'denied' | 'ask'>
  readonly switches: Switches
  readonly traces: Traces
  readonly clock: Clock
  readonly authorizationServers: readonly string[]
  readonly requiredScopes: readonly string[]
  readonly version: string
  /** Called once per exchange, whatever came of it. */
  readonly observe: (exchange: Exchange, ended: Ended) => void
}

/** What is known of one request by now; later stages make a fuller one. */
export type Exchange = {
  readonly requestId: string
  readonly startedMs: number
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** How this client is spoken to. */
  readonly wire: Wire
  readonly head?: Head
  readonly identity?: Identity
  readonly inbound?: Inbound
  /** Of what was understood; `undefined`: nobody traces it. */
  readonly trace?: Trace | undefined
  /** Qualified name of what was asked for: a tool, a prompt, the reading of resources. */
  readonly tool?: string
  readonly kind?: EntryKind
  /** Of a call that was not permitted. */
  readonly args?: JsonObject
}

/** How an exchange ended, for metrics and the request log. */
export type Ended = {
  readonly code: string
  readonly refused?: true
  readonly error?: unknown
  /** What a target answered, as it was relayed. */
  readonly answer?: Buffer
}

export type Understood = Exchange & {
  readonly head: Head
  readonly identity: Identity
  readonly inbound: Inbound
}

export type Named = Understood & { readonly tool: string; readonly kind: EntryKind }
