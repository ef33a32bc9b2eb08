// What the request thread and the sqlite worker say to each other. All verbs of one turn of the loop go over
// in one message and are one transaction; the clock is read on the request thread.
import type { KindRules } from '../kinds.ts'
import type { Kind, Put, Row } from '../store.ts'

export type Verb =
  | { readonly verb: 'put'; readonly put: Put }
  | { readonly verb: 'get'; readonly kind: Kind; readonly id: string }
  | { readonly verb: 'list'; readonly kind: Kind; readonly limit: number }
  | { readonly verb: 'consumeOnce'; readonly kind: Kind; readonly id: string }
  | { readonly verb: 'insertIfAbsent'; readonly put: Put }
  | { readonly verb: 'casUpdate'; readonly put: Put; readonly revision: number }
  | { readonly verb: 'deleteByIndex'; readonly kind: Kind; readonly index: string }
  | { readonly verb: 'sweep'; readonly batch: number }

/** Ids in verbs are stored ids. */
export type Request = {
  readonly first: number
  readonly verbs: readonly Verb[]
  readonly nowMs: number
  readonly sweepMs: number
}

export type VerbResult = Row | readonly Row[] | boolean | number | undefined
export type Answer = { readonly result: VerbResult } | { readonly failure: string }
export type Reply = { readonly first: number; readonly answers: readonly Answer[] }

export type WorkerSettings = {
  readonly path: string
  readonly busyTimeoutMs: number
  readonly rules: KindRules
}
