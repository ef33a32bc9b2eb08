// Requests for approval in the store. One row per request, by its reference: its state changes by compare-and-set, and
// it is taken out by consumeOnce, so that of any number of callers exactly one uses it. A second row leads from what
// the request is bound to; a third holds the arguments, in clear, as long as the request lives.
import { z } from 'zod'
import type { Kind, Row, Store } from '../../store/store.ts'
import type { Clock } from '../../system/clock.ts'

const text = z.string()
export const requesterForm = z.strictObject({
  kind: z.enum(['person', 'client', 'agent']),
  issuer: text,
  subject: text.optional(),
  tenant: text.optional(),
  client: text,
})
const approval = z.strictObject({
  reference: text,
  state: z.enum(['asked', 'given', 'refused']),
  /** Key of what it is bound to. */
  binding: text,
  requester: requesterForm,
  tool: text,
  hash: text,
  setVersion: text,
  policies: z.array(text),
  roles: z.array(text),
  requestId: text,
  askedAtMs: z.number(),
  lifeMs: z.number(),
  /** When the present state ends. */
  untilMs: z.number(),
  decidedBy: z.strictObject({ issuer: text, subject: text }).optional(),
  reason: text.optional(),
})

export type Approval = Readonly<z.output<typeof approval>>

/** As read: the revision is the token for a change. */
export type KnownApproval = { readonly approval: Approval; readonly revision: number }

export type ApprovalRows = {
  readonly get: (reference: string) => Promise<KnownApproval | undefined>
  /** The one that is bound to this, where it has not ended. */
  readonly bound: (binding: string) => Promise<Approval | undefined>
  /** False where another one was made for the same binding meanwhile. */
  readonly create: (approval: Approval, argsJson: string) => Promise<boolean>
  readonly change: (known: KnownApproval, next: Approval) => Promise<boolean>
  /** Takes it out: exactly one caller gets it. */
  readonly take: (reference: string) => Promise<Approval | undefined>
  /** All that have not been taken out, ended ones too. */
  readonly list: () => Promise<readonly Approval[]>
  readonly argsJson: (reference: string) => Promise<string | undefined>
}

const MOST = 2_000
/** Ended rows stay this long for whoever records their end. */
const GRACE_MS = 3_600_000

export function createApprovalRows(store: Store, clock: Clock): ApprovalRows {
  const get = async (reference: string): Promise<KnownApproval | undefined> =>
    parse(await store.get('approval', reference))

  const put = (next: Approval) => ({
    kind: 'approval' as const,
    id: next.reference,
    value: JSON.stringify(next),
    expiresAtMs: next.untilMs + GRACE_MS,
  })

  const remove = async (kind: Kind, id: string): Promise<void> => {
    await store.consumeOnce(kind, id)
  }

  const take = async (reference: string): Promise<Approval | undefined> => {
    const taken = parse(await store.consumeOnce('approval', reference))?.approval
    if (taken !== undefined) await remove('approval_arguments', reference)
    return taken
  }

  return {
    get,
    take,
    async bound(binding) {
      const row = await store.get('approval_binding', binding)
      const known = row && (await get(row.value))
      if (known === undefined || known.approval.binding !== binding) return undefined
      return known.approval.untilMs > clock.wallMs() ? known.approval : undefined
    },
    async create(made, argsJson) {
      const { reference, binding } = made
      // Twice the life: it waits, and then it holds.
      const expiresAtMs = made.untilMs + made.lifeMs + GRACE_MS
      await store.put({ kind: 'approval_arguments', id: reference, value: argsJson, expiresAtMs })
      await store.put(put(made))
      const pointer = {
        kind: 'approval_binding',
        id: binding,
        value: reference,
        expiresAtMs,
      } as const
      const former = await store.get('approval_binding', binding)
      const bound =
        former === undefined
          ? await store.insertIfAbsent(pointer)
          : await store.casUpdate(pointer, former.revision)
      if (!bound) await take(reference)
      return bound
    },
    change: ({ revision }, next) => store.casUpdate(put(next), revision),
    async list() {
      const rows = await store.list('approval', MOST)
      return rows.flatMap((row) => parse(row)?.approval ?? [])
    },
    argsJson: async (reference) => (await store.get('approval_arguments', reference))?.value,
  }
}

/** A row of another version, or a damaged one, is none: what it allowed is asked for again. */
function parse(row: Row | undefined): KnownApproval | undefined {
  if (row === undefined) return undefined
  const read = approval.safeParse(json(row.value))
  return read.success ? { approval: read.data, revision: row.revision } : undefined
}

function json(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}
