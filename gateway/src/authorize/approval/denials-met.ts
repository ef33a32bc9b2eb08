// Calls that were denied a while ago, so that their person may ask for access by the request id alone and learns
// nothing more by it: an unknown tool and a hidden one are kept alike. A few per caller, and of few callers; what cannot
// be the name of a tool is not kept, since it is text of any length that those who decide would read.
import type { Identity } from '../../identify/identity.ts'
import type { Refusal } from '../../refusal.ts'
import type { Clock } from '../../system/clock.ts'

export type DenialMet = {
  readonly requestId: string
  readonly tool: string
  readonly atMs: number
}

export type Denials = {
  readonly met: (identity: Identity, requestId: string, tool: string, refusal: Refusal) => void
  readonly find: (identity: Identity, requestId: string) => DenialMet | undefined
}

const MOST_CALLERS = 5_000
const MOST_PER_CALLER = 16
const LIFE_MS = 3_600_000
/** The answers that access could change. */
const CHANGEABLE: ReadonlySet<string> = new Set(['authorize.denied', 'authorize.no_such_tool'])

/** Qualified names as the catalogue has them (protocol §5). */
const NAME = /^[A-Za-z0-9_.-]{1,128}$/

export function createDenials(clock: Clock): Denials {
  // A write deletes and sets again: the first key is the caller who was denied least recently.
  const callers = new Map<string, readonly DenialMet[]>()
  return {
    met({ principal }, requestId, tool, { refused }) {
      if (!CHANGEABLE.has(refused) || !NAME.test(tool) || principal.kind === 'client') return
      const { fingerprint } = principal
      const former = callers.get(fingerprint) ?? []
      const met = { requestId, tool, atMs: clock.monotonicMs() }
      callers.delete(fingerprint)
      callers.set(fingerprint, [...former.slice(1 - MOST_PER_CALLER), met])
      if (callers.size > MOST_CALLERS) callers.delete(callers.keys().next().value as string)
    },
    find({ principal }, requestId) {
      const found = callers.get(principal.fingerprint)?.find((met) => met.requestId === requestId)
      return found && clock.monotonicMs() - found.atMs <= LIFE_MS ? found : undefined
    },
  }
}
