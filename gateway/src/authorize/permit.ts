// The product of `authorize`: this principal may make this call with these arguments. Only `authorize/`
// constructs a Permit, so `call(permit, …)` without a decision does not compile. Connectors send what is
// in here and nothing else: what is decided is what is sent.
import type { RefusalCode } from '../answers.ts'
import type { CatalogueEntry } from '../catalogue/entry.ts'
import type { Identity } from '../identify/identity.ts'
import type { JsonObject } from '../json/value.ts'

export type Decision = {
  /** `LOG_ONLY`: the target's policies were asked, and the call goes through whatever they answered. */
  readonly mode: 'ENFORCE' | 'LOG_ONLY'
  /** Ids of the permitting policies. */
  readonly policies: readonly string[]
  readonly setVersion: string
  readonly schemaVersion: string
  /** Reference of the approval that was used, where the policies ask for one. */
  readonly approval?: string
  /** Reference of the grant of access without which no policy permits the call. */
  readonly access?: string
  /** Arguments are completed, nothing is called: the policies were asked whether some arguments may be allowed. */
  readonly completion?: true
  /** Policies that only log would have stopped the call. */
  readonly wouldDeny?: WouldDeny
}

export type WouldDeny = {
  /** Ids of the policies that would have decided. */
  readonly policies: readonly string[]
  /** The code that the caller would have got. */
  readonly reason: RefusalCode
}

export class Permit {
  readonly #decided = true
  readonly requestId: string
  readonly identity: Identity
  readonly entry: CatalogueEntry
  /** The arguments that were decided on, numbers exact. */
  readonly args: JsonObject
  /** The same, serialised once: what is digested and what is sent. */
  readonly argsJson: string
  /** Of the peer that asked: a policy may read it, when the call is decided again too. */
  readonly address: string
  readonly decision: Decision

  constructor(fields: Omit<Permit, never>) {
    this.requestId = fields.requestId
    this.identity = fields.identity
    this.entry = fields.entry
    this.args = fields.args
    this.argsJson = fields.argsJson
    this.address = fields.address
    this.decision = fields.decision
  }

  static is(value: object): value is Permit {
    return #decided in value
  }
}
