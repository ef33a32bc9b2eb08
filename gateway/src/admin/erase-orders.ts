// The order to erase a person from the audit log. It needs a person with the role `admin`, and is recorded before it takes
// effect: that somebody was erased, by whom and why, and not who it was.
import { z } from 'zod'
import type { ErasedReport, FoundPerson, Person, PersonKeys } from '../audit/erase.ts'
import type { OperatorIdentity, RequireRole } from './operator-role.ts'
import { onlyIssuer, parseOrder, type Orders } from './order.ts'

export type EraseParts = {
  readonly requireRole: RequireRole
  readonly issuers: () => readonly string[]
  /** Under which keys the logs have the person, and whom else of that name. */
  readonly keysOf: (person: Person) => Promise<FoundPerson>
  readonly recordErased: (
    detail: Readonly<Record<string, unknown>>,
    by: OperatorIdentity,
    reason: string,
  ) => Promise<void>
  readonly eraseKeys: (keys: PersonKeys) => Promise<ErasedReport>
  /** Rejects in words where a backup is being made. */
  readonly exclusively: <Result>(use: () => Promise<Result>) => Promise<Result>
}

const eraseOrder = z.strictObject({
  person: z.string().min(1).max(512),
  issuer: z.string().min(1).max(512).optional(),
  reason: z.string().trim().min(1).max(512),
  token: z.string().max(16_384).optional(),
})

export function eraseOrders(parts: { readonly erasing: EraseParts }): Orders {
  const { requireRole, issuers, keysOf, recordErased, eraseKeys, exclusively } = parts.erasing
  return new Map([['/audit/erase', erase]])

  async function erase(body: unknown): Promise<object> {
    const { person, issuer: named, reason, token } = parseOrder(eraseOrder, body)
    const by = await requireRole(token, 'admin')
    // Logs outlive the configuration: an issuer that is named need not be one that is trusted today.
    const issuer = named ?? onlyIssuer(issuers(), named)
    const { keys: found, others } = await keysOf({ issuer, subject: person })
    const keys = [...found.values()].flat()
    if (keys.length === 0) throw new Error(nobody(issuer, others))
    return exclusively(async () => {
      await recordErased({ keys, logs: [...found.keys()] }, by, reason)
      return { issuer, others, ...(await eraseKeys(found)) }
    })
  }
}

function nobody(issuer: string, others: readonly string[]): string {
  const none = `no log has anything of that person of \`${issuer}\``
  const [first] = others
  return first === undefined
    ? none
    : `${none}; there is somebody of that name of ${others.map((one) => `\`${one}\``).join(', ')}: name the issuer with --issuer`
}
