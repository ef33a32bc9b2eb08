// Requests for access and grants in the store: one row each, by its reference. A state changes by compare-and-set; what
// ends is taken out by consumeOnce, so that one process records it.
import { z } from 'zod'
import type { Row, Store } from '../../store/store.ts'
import { requesterForm } from './approval-rows.ts'

const text = z.string()
const access = z.strictObject({
  reference: text,
  state: z.enum(['asked', 'granted']),
  requester: requesterForm,
  tool: text,
  /** Definition of the tool when access was granted: another one needs another grant. */
  hash: text.optional(),
  requestId: text,
  /** A policy that forbids what was asked for: no grant stands against it. */
  forbidden: z.boolean(),
  why: text,
  askedAtMs: z.number(),
  /** When the present state ends. */
  untilMs: z.number(),
  grantedBy: z.strictObject({ issuer: text, subject: text }).optional(),
  reason: text.optional(),
})

export type AccessRow = Readonly<z.output<typeof access>>
export type KnownAccess = { readonly access: AccessRow; readonly revision: number }

const MOST = 5_000
const GRACE_MS = 3_600_000

export type AccessRows = {
  readonly get: (reference: string) => Promise<KnownAccess | undefined>
  readonly create: (access: AccessRow) => Promise<void>
  readonly change: (known: KnownAccess, next: AccessRow) => Promise<boolean>
  /** Takes it out: exactly one caller gets it. */
  readonly take: (reference: string) => Promise<AccessRow | undefined>
  readonly list: () => Promise<readonly AccessRow[]>
}

export function createAccessRows(store: Store): AccessRows {
  const put = (next: AccessRow) => ({
    kind: 'access' as const,
    id: next.reference,
    value: JSON.stringify(next),
    expiresAtMs: next.untilMs + GRACE_MS,
  })
  return {
    get: async (reference) => parse(await store.get('access', reference)),
    create: (made) => store.put(put(made)),
    change: ({ revision }, next) => store.casUpdate(put(next), revision),
    take: async (reference) => parse(await store.consumeOnce('access', reference))?.access,
    async list() {
      const rows = await store.list('access', MOST)
      return rows.flatMap((row) => parse(row)?.access ?? [])
    },
  }
}

/** A row that cannot be read grants nothing. */
function parse(row: Row | undefined): KnownAccess | undefined {
  if (row === undefined) return undefined
  try {
    const read = access.safeParse(JSON.parse(row.value))
    return read.success ? { access: read.data, revision: row.revision } : undefined
  } catch {
    return undefined
  }
}
