// What becomes of requests, for the audit log and for those who must know. The composition root says how it is written
// down: personal values go into records as commitments, arguments as the rules of the tool allow.
import type { JsonObject } from '../../json/value.ts'
import type { Requester } from './binding.ts'

/** Names a person to the log. */
export type Person = {
  readonly issuer: string
  readonly subject?: string | undefined
  readonly tenant?: string | undefined
}

export type ApprovalEvent = {
  readonly kind: 'approval' | 'access'
  readonly state: 'asked' | 'given' | 'granted' | 'refused' | 'used' | 'expired' | 'ended'
  readonly reference: string
  /** The request that it belongs to, where there is one. */
  readonly requestId: string | undefined
  /** Whose act it is. */
  readonly person: Person
  /** In clear. */
  readonly detail: Readonly<Record<string, unknown>>
  /** What that person wrote. Free text may name anybody: it is theirs, and goes with them. */
  readonly words?: string
  /** Of a request: only what the rules of the tool name may be kept. */
  readonly args?: { readonly values: JsonObject; readonly keep: readonly string[] }
}

/** Resolves when it is on the disk; rejects with Fault `audit.unavailable`. */
export type RecordEvent = (event: ApprovalEvent) => Promise<void>

/** What those who decide are told: nothing of what the call carries. */
export type Notice = {
  readonly type: 'approval.asked' | 'access.asked'
  readonly reference: string
  readonly tool: string
  readonly roles: readonly string[]
  readonly expiresAtMs: number
}

export function personOf({ issuer, subject, tenant }: Requester): Person {
  return { issuer, subject, tenant }
}
