// The state store: a handful of verbs, one contract suite for every implementation (test/store/contract.ts).
// A kind says how its rows live; values are JSON text. Nothing here knows a backend.

/** Kinds of rows. Whoever brings a kind adds it here and in KINDS (kinds.ts). */
export type Kind =
  | 'disabled'
  | 'pin'
  | 'pin_seen'
  | 'revocation'
  | 'approval'
  | 'approval_binding'
  | 'approval_arguments'
  | 'access'
  | 'tool_schema'
  | 'session'

export type Row = {
  /** As stored: for a kind with `hashedIds`, SHA-256 of the id in hex, so put what you need again into the value. */
  readonly id: string
  readonly value: string
  /** Wall clock, milliseconds; `undefined`: does not expire. Reads check it themselves. */
  readonly expiresAtMs: number | undefined
  /** Optional secondary key, for deleteByIndex. Never hashed: no secret, nothing personal. */
  readonly index: string | undefined
  /** Grows with every write in the whole store, never used twice; the token for casUpdate. */
  readonly revision: number
}

export type Put = {
  readonly kind: Kind
  readonly id: string
  readonly value: string
  readonly expiresAtMs?: number
  readonly index?: string
}

/**
 * Every verb rejects with Fault `store.unavailable` when the backend does not answer in time (whether a
 * write was done is then not known), and a write of a new row also when its kind is full and may not evict.
 */
export type Store = {
  readonly put: (put: Put) => Promise<void>
  readonly get: (kind: Kind, id: string) => Promise<Row | undefined>
  /** All rows of a kind that are not expired, least recently written first, at most `limit`. */
  readonly list: (kind: Kind, limit: number) => Promise<readonly Row[]>
  /** Returns the row to exactly one of any number of parallel callers. */
  readonly consumeOnce: (kind: Kind, id: string) => Promise<Row | undefined>
  /** True for exactly one of any number of parallel callers. An expired row counts as absent. */
  readonly insertIfAbsent: (put: Put) => Promise<boolean>
  /** Replaces the row if it is not expired and its revision is still that one. */
  readonly casUpdate: (put: Put, revision: number) => Promise<boolean>
  /** Deletes all rows of the kind with that secondary key; returns how many. */
  readonly deleteByIndex: (kind: Kind, index: string) => Promise<number>
  /**
   * Deletes expired rows and what exceeds a kind's cap, least recently written first, at most `batch` rows;
   * returns how many. A row goes only when both the wall clock and the time elapsed since the store was
   * opened say that it is expired, so that a clock that jumps ahead and back loses nothing.
   */
  readonly sweep: (batch: number) => Promise<number>
  readonly close: () => Promise<void>
}
