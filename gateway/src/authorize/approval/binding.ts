// What an approval is for (policy-audit §1.5): this person at this client, this tool as it is defined now, these full
// arguments as they would be sent, under this version of the policies, by the roles that they ask for now: tags, address
// and time may make other policies ask. The key covers all of it, so that a change of any one is another call, which
// needs an approval of its own.
import { hash } from 'node:crypto'
import { canonicalJson } from '../../json/canonical.ts'
import type { Principal } from '../../identify/identity.ts'
import type { PendingCall } from './needs-approval.ts'

/** Somebody as a row names them. */
export type Requester = {
  readonly kind: Principal['kind']
  readonly issuer: string
  readonly subject?: string | undefined
  readonly tenant?: string | undefined
  readonly client: string
}

export function requesterOf(principal: Principal): Requester {
  const { kind, issuer, tenant, clientId: client } = principal
  const subject = principal.kind === 'client' ? undefined : principal.subject
  return { kind, issuer, client, ...present({ subject, tenant }) }
}

/** SHA-256 in hex. INVARIANT: JSON of a fixed tuple is injective, so two calls never share a key. */
export function bindingKey({ identity, entry, args, decision, roles }: PendingCall): string {
  const tuple = [
    ...requesterTuple(requesterOf(identity.principal)),
    entry.qualifiedName,
    entry.hash,
    hash('sha256', canonicalJson(args), 'hex'),
    decision.setVersion,
    roles.toSorted(),
  ]
  return hash('sha256', JSON.stringify(tuple), 'hex')
}

/** One text per requester. */
export function requesterKey(of: Requester): string {
  return JSON.stringify(requesterTuple(of))
}

/** One text per person, whichever clients act for them; a machine is its client. */
export function personKey({ issuer, subject, client }: Requester): string {
  return JSON.stringify(subject === undefined ? [issuer, null, client] : [issuer, subject])
}

function requesterTuple(of: Requester): readonly (string | null)[] {
  return [of.kind, of.issuer, of.subject ?? null, of.tenant ?? null, of.client]
}

function present(values: Readonly<Record<string, string | undefined>>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
