// How the rows of each kind live: whether ids are hashed, how many there may be, and what happens then.
// Caps bound what a flood can make the store hold (attacks D-13).
import { createHash } from 'node:crypto'
import type { Kind } from './store.ts'

export type KindRule = {
  /** The id is kept as SHA-256: a copy of the store does not give away session ids. */
  readonly hashedIds: boolean
  readonly cap: number
  /** `evict` drops the least recently written row, `refuse` rejects the new one: where a lost row would open a gate. */
  readonly whenFull: 'evict' | 'refuse'
}

export type KindRules = Readonly<Record<Kind, KindRule>>

export const KINDS: KindRules = {
  disabled: { hashedIds: true, cap: 10_000, whenFull: 'refuse' },
  pin: { hashedIds: false, cap: 100_000, whenFull: 'refuse' },
  // What a target offers fills it, and says it again; without an approval nothing is callable.
  pin_seen: { hashedIds: false, cap: 20_000, whenFull: 'evict' },
  revocation: { hashedIds: true, cap: 200_000, whenFull: 'refuse' },
  // Nobody's flood may push out what somebody else waits for.
  approval: { hashedIds: false, cap: 2_000, whenFull: 'refuse' },
  approval_binding: { hashedIds: false, cap: 20_000, whenFull: 'refuse' },
  approval_arguments: { hashedIds: false, cap: 2_000, whenFull: 'refuse' },
  access: { hashedIds: false, cap: 5_000, whenFull: 'refuse' },
  // What a session of the old era changed about itself; nothing in it gives access to anything.
  session: { hashedIds: true, cap: 50_000, whenFull: 'evict' },
  // Can be made again.
  tool_schema: { hashedIds: false, cap: 5_000, whenFull: 'evict' },
}

/** The id under which a backend keeps a row. */
export function storedId(rules: KindRules, kind: Kind, id: string): string {
  return rules[kind].hashedIds ? createHash('sha256').update(id).digest('hex') : id
}
