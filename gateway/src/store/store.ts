// The state store: a handful of verbs, one contract suite for every implementation (test/store/contract.ts).
// Ids are hashed by the caller's kind definition before they reach a backend; values are JSON text.

/** Kinds of rows. Whoever brings a kind adds it here with its life and its cap. */
export type Kind = 'pin' | 'revocation' | 'salt'

export type Row = {
  readonly id: string
  readonly value: string
  /** Wall clock, milliseconds; `undefined`: does not expire. Reads check it themselves. */
  readonly expiresAtMs: number | undefined
  /** Optional secondary key, for deleteByIndex. */
  readonly index: string | undefined
  /** Grows with every write of the row; the token for casUpdate. */
  readonly revision: number
}

export type Put = {
  readonly kind: Kind
  readonly id: string
  readonly value: string
  readonly expiresAtMs?: number
  readonly index?: string
}

/** Every verb rejects with Fault `store.unavailable` when the backend does not answer in time. */
export type Store = {
  readonly put: (put: Put) => Promise<void>
  readonly get: (kind: Kind, id: string) => Promise<Row | undefined>
  /** All rows of a kind that are not expired, oldest first, at most `limit`. */
  readonly list: (kind: Kind, limit: number) => Promise<readonly Row[]>
  /** Returns the row to exactly one of any number of parallel callers. */
  readonly consumeOnce: (kind: Kind, id: string) => Promise<Row | undefined>
  /** True for exactly one of any number of parallel callers. An expired row counts as absent. */
  readonly insertIfAbsent: (put: Put) => Promise<boolean>
  /** Replaces the value if the revision is still that one. */
  readonly casUpdate: (put: Put, revision: number) => Promise<boolean>
  readonly deleteByIndex: (kind: Kind, index: string) => Promise<number>
  /** Deletes expired rows and what exceeds a kind's cap, oldest first, at most `batch` rows; returns how many. */
  readonly sweep: (batch: number) => Promise<number>
  readonly close: () => Promise<void>
}
