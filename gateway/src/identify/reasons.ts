// The refusals of the checks in this folder, with the reason for the operator. What comes out of a token is
// shortened and quoted, and goes to the log and the audit alone: the caller reads which check failed.
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'

const SHOWN_CHARACTERS = 120

export function malformed(reason: string): Refusal {
  return refuse('identify.malformed_token', { reason })
}

export function invalidClaims(reason: string, seen: string): Refusal {
  return refuse('identify.invalid_claims', { reason, seen })
}

/** A value of a token, as it may stand in a reason. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}
