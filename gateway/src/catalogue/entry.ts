// What a target offers, as the gateway knows it. Filled off the path (catalogue/), read on it.
import type { JsonObject } from '../json/value.ts'

export type PinState = 'approved' | 'pending' | 'changed'

/** What the configuration says of a tool; a target's own annotations are never believed for this. */
export type ToolFacts = {
  readonly readOnly: boolean
  readonly idempotent: boolean
  /** How durable the intent must be before the call: `written` survives the process, `synced` the machine. */
  readonly durability: 'written' | 'synced'
  /** JSON Pointers into the arguments that the audit may keep in clear (allow-list; all else is a digest). */
  readonly auditPaths: readonly string[]
}

/** One header that mirrors an argument (MCP `x-mcp-header`): header name `Mcp-Param-<name>`, path of property names. */
export type ParamHeader = { readonly header: string; readonly path: readonly string[] }

/** What may be called: a tool, a prompt, or the reading of all resources of a target. */
export type EntryKind = 'tool' | 'prompt' | 'resource'

export type CatalogueEntry = {
  readonly kind: EntryKind
  readonly target: string
  /** The target's own name for it. */
  readonly name: string
  /**
   * `<target>___<tool>`, `<target>___prompt:<name>` or `<target>___resource:read`: policy, audit and pins use this
   * one on every endpoint.
   */
  readonly qualifiedName: string
  /** The definition as it goes on the wire, with the target's bare `name`; every unknown member kept. */
  readonly wire: JsonObject
  /** Input schema of the approved definition, from which the policy schema is generated. */
  readonly inputSchema: JsonObject
  /** SHA-256 hex over the canonical definition (`policy-audit`: name, description, schemas, annotations, x-mcp-header). */
  readonly hash: string
  readonly pin: PinState
  readonly facts: ToolFacts
  readonly paramHeaders: readonly ParamHeader[]
  /** Why it is neither listed nor callable, for the operator; `undefined`: it is fit. */
  readonly quarantined: string | undefined
}

/** One immutable state of all targets. A change makes a new one with a higher version. */
export type Catalogue = {
  readonly version: number
  readonly entries: ReadonlyMap<string, CatalogueEntry>
  readonly health: ReadonlyMap<string, TargetHealth>
  /** Qualified names of what targets offer and the configuration does not take: no entries, and no mistakes either. */
  readonly leftOut?: ReadonlySet<string>
}

/** Of MCP, and over what: `sse` is HTTP with SSE, the transport of revision 2024-11-05. */
export type Spoken = {
  readonly revision: string
  readonly transport: 'streamable-http' | 'sse'
}

export type TargetHealth = {
  readonly state: 'up' | 'down' | 'isolated'
  /** In words, for the operator. */
  readonly reason: string | undefined
  /** Wall clock, milliseconds, of the last good description. */
  readonly describedAtMs: number | undefined
  /** As of the last good description. */
  readonly speaks?: Spoken | undefined
}
