// `requestState` as clients get it (MCP 2026-07-28, basic/patterns/mrtr: on its way back it is whatever an attacker
// makes of it): the target's own state sealed together with everything that the request was about. Whoever comes back
// must be the same principal with the same client, method, name and arguments, within ten minutes (attacks M-08). That
// the call is allowed is decided again; nothing in here is a permit.
import { createHash } from 'node:crypto'
import type { Identity } from '../../identify/identity.ts'
import { canonicalJson } from '../../json/canonical.ts'
import { readJson } from '../../json/read.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject } from '../../json/value.ts'
import { refuse, type Refusal } from '../../refusal.ts'
import type { Sealer } from '../../secrets/seals.ts'
import type { Clock } from '../../system/clock.ts'

/** What a state belongs to. */
export type StateBinding = {
  readonly identity: Identity
  readonly method: string
  readonly target: string
  /** Qualified name of the tool or prompt, or the URI of the resource. */
  readonly name: string
  readonly args: JsonObject
}

export type RequestStates = {
  readonly seal: (state: string, binding: StateBinding) => string
  /** The target's own state, once it is known to belong to this very request. */
  readonly open: (sealed: string, binding: StateBinding) => { readonly state: string } | Refusal
}

export const STATE_LIFE_MS = 600_000
const LIMITS = { depth: 2, nodes: 8, numberLength: 32 }

export function createRequestStates(sealer: Sealer, clock: Clock): RequestStates {
  return {
    seal(state, binding) {
      const untilMs = Math.ceil(clock.wallMs()) + STATE_LIFE_MS
      return sealer.seal(JSON.stringify({ state, digest: digestOf(binding), untilMs }))
    },
    open(sealed, binding) {
      const opened = sealer.open(sealed)
      if (opened === undefined) return invalid('altered, or sealed under a key that is gone')
      const { state, digest, untilMs } = readOpened(opened)
      if (typeof state !== 'string' || typeof untilMs !== 'number') return invalid('no state')
      if (digest !== digestOf(binding)) {
        return invalid('of another principal, client, method, name or arguments')
      }
      const leftMs = untilMs - clock.wallMs()
      // A clock that went back far makes nothing live longer than it may.
      if (leftMs <= 0 || leftMs > STATE_LIFE_MS + 1) {
        return refuse('call.request_state_expired', { reason: 'the request state is too old' })
      }
      return { state }
    },
  }
}

// INVARIANT: JSON of a fixed tuple of strings is injective, so two requests never have one digest.
function digestOf({ identity, method, target, name, args }: StateBinding): string {
  const { kind, issuer, clientId, tenant, ...rest } = identity.principal
  const subject = 'subject' in rest ? rest.subject : null
  const tuple = [kind, issuer, clientId, subject, tenant ?? null, method, target, name]
  return createHash('sha256')
    .update(JSON.stringify([...tuple, canonicalJson(args)]))
    .digest('base64url')
}

function readOpened(text: string): JsonObject {
  const read = readJson(Buffer.from(text), LIMITS)
  return 'value' in read && isJsonObject(read.value) ? read.value : {}
}

function invalid(reason: string): Refusal {
  return refuse('call.request_state_invalid', {
    reason: `the request state is ${reason}`,
    rpcData: { reason: 'invalid_request_state' },
  })
}
