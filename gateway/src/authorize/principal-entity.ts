// A principal as Cedar sees it. Tags are strings: those that the configuration maps from claims, and ours,
// which no claim can replace: `issuer`, `client_id`, `tenant`, and `agent` where a client acts for a person.
// Ids of people and machines never meet (RFC 9700 §4.15): their types differ.
import type { EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs'
import type { Principal } from '../identify/identity.ts'
import { CLIENT_TYPE, PERSON_TYPE } from './names.ts'

export type PrincipalEntity = {
  readonly uid: TypeAndId
  readonly entity: EntityJson & { readonly tags: Record<string, string> }
}

/** `homeIssuer`: the issuer whose subjects are ids as they are, as in AgentCore; others' carry their issuer. */
export function principalEntity(principal: Principal, homeIssuer: string): PrincipalEntity {
  const { issuer, clientId, tenant } = principal
  const tags: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of principal.tags) tags[name] = value
  delete tags['agent']
  tags['issuer'] = issuer
  tags['client_id'] = clientId
  if (tenant !== undefined) tags['tenant'] = tenant
  if (principal.kind === 'agent') tags['agent'] = clientId
  const own = principal.kind === 'client' ? clientId : principal.subject
  const type = principal.kind === 'client' ? CLIENT_TYPE : PERSON_TYPE
  const uid = { type, id: issuer === homeIssuer && !own.includes('#') ? own : `${issuer}#${own}` }
  return { uid, entity: { uid, attrs: {}, parents: [], tags } }
}
