// Key ids that an issuer has just been asked for and does not have (attacks J-15): asking again is pointless
// for a while. It only suppresses fetches, holds few entries, and every good answer of the issuer clears it.
import type { Clock } from '../system/clock.ts'

export type UnknownKeys = {
  readonly has: (keyId: string | undefined) => boolean
  readonly add: (keyId: string | undefined) => void
  readonly clear: () => void
}

const MOST = 128
const LIFE_MS = 300_000

export function createUnknownKeys(clock: Clock): UnknownKeys {
  const untilMs = new Map<string | undefined, number>()
  return {
    has: (keyId) => (untilMs.get(keyId) ?? 0) > clock.monotonicMs(),
    add: (keyId) => {
      untilMs.delete(keyId)
      untilMs.set(keyId, clock.monotonicMs() + LIFE_MS)
      if (untilMs.size > MOST) untilMs.delete(untilMs.keys().next().value)
    },
    clear: () => untilMs.clear(),
  }
}
