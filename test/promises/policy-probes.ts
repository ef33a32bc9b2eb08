// Calls that are decided under every state of the policies of Acme: everybody, every tool, few and many days.
import { TOOL_DEFINITIONS } from '@sallyport/sample/market-server/tool-definitions.ts'
import type { Authorize } from '../../gateway/src/authorize/authorize.ts'
import type { Identity } from '../../gateway/src/identify/identity.ts'
import { call, identity, isPermitted, ISSUER } from '../../gateway/test/authorize/world.ts'

/** As the engine is asked. */
export type Asked = {
  readonly uid: { readonly type: string; readonly id: string }
  readonly tags: Readonly<Record<string, string>>
  readonly tool: string
  readonly args: Readonly<Record<string, string | number>>
}
export type Probe = Asked & { readonly identity: Identity }

const PEOPLE = [
  { kind: 'person', subject: 'alice', tenant: 'acme', groups: '|settlement-analysts|' },
  { kind: 'person', subject: 'carol', tenant: 'acme', groups: '|controllers|' },
  { kind: 'person', subject: 'mallory', tenant: 'other', groups: '|settlement-analysts|' },
  { kind: 'person', subject: 'nobody', tenant: 'acme', groups: '' },
  { kind: 'agent', subject: 'alice', tenant: 'acme', groups: '|settlement-analysts|' },
  { kind: 'client', subject: 'acme-batch', tenant: 'acme', groups: '' },
] as const

const ARGUMENTS = [
  { market: 'DE', day: '2026-11-02', days: 1, direction: 'above', threshold: 5 },
  { market: 'DE', day: '2026-11-02', days: 9, direction: 'below', threshold: 500 },
] as const

export const PROBES: readonly Probe[] = PEOPLE.flatMap(({ kind, subject, tenant, groups }) => {
  const clientId = kind === 'client' ? subject : 'ide'
  const own = groups === '' ? {} : { groups }
  const who = identity(subject, { kind, clientId, tenant, tags: own })
  const type = kind === 'client' ? 'AgentCore::OAuthClient' : 'AgentCore::OAuthUser'
  const agent = kind === 'agent' ? { agent: clientId } : {}
  const tags = { ...own, issuer: ISSUER, client_id: clientId, tenant, ...agent }
  return TOOL_DEFINITIONS.flatMap(({ name, inputSchema }) =>
    ARGUMENTS.map((all) => ({
      identity: who,
      uid: { type, id: subject },
      tags,
      tool: `market___${name}`,
      args: knownOf(all, inputSchema['properties']),
    })),
  )
})

/** Which of them the gateway allows. */
export function allowedBy(authorize: Authorize): ReadonlySet<Probe> {
  return new Set(
    PROBES.filter((probe) =>
      isPermitted(call(authorize, probe.identity, probe.tool, { ...probe.args })),
    ),
  )
}

/** What the schema does not know is not among the arguments. */
function knownOf(args: Asked['args'], properties: unknown): Asked['args'] {
  const known = Object.keys(properties as object)
  return Object.fromEntries(
    Object.entries(args).filter(([name]) => known.includes(name) && name !== 'threshold'),
  )
}
