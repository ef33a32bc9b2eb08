// An operator with a role (architecture §4): the person's own access token, verified by the very stage that lets
// callers in, deny list included, and a role by a tag of it. The socket's file mode alone gives no role, a machine or
// an agent never has one: what needs a person is not done by what acts for them. Whoever is disabled gives no orders,
// their own return least of all; `everything` binds no operator.
import type { AboutPerson } from '../audit/record.ts'
import type { Switch, Switched } from '../authorize/switches/switch.ts'
import type { Identity } from '../identify/identity.ts'
import { answerOf } from '../answers.ts'
import { Fault } from '../fault.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { NotAllowed } from './not-allowed.ts'
import type { OperatorSettings } from './settings.ts'

/** A person who proved who they are. */
export type OperatorIdentity = {
  readonly issuer: string
  readonly subject: string
  readonly tenant: string | undefined
  readonly client: string
  readonly roles: ReadonlySet<string>
  /** How a record names them: as commitments. */
  readonly about: AboutPerson
}

/** Rejects with NotAllowed, in words, where there is no person behind the token or they lack the role. */
export type RequireRole = (token: string | undefined, role: string) => Promise<OperatorIdentity>

export type OperatorRoleParts = {
  /** Read at each order: a reload may have changed them. */
  readonly settings: () => OperatorSettings | undefined
  readonly publicUrl: () => string
  /** Verifies a token for any resource of this gateway. */
  readonly identify: (token: string) => Promise<Identity | Refusal>
  readonly disabled: () => readonly Switch[]
}

export function createRequireRole(parts: OperatorRoleParts): RequireRole {
  const identifyOperator = createIdentifyOperator(parts)
  return async (token, role) => {
    const operator = await identifyOperator(token)
    if (operator.roles.has(role)) return operator
    const settings = parts.settings()
    const expected = settings?.roles[role]
    throw new NotAllowed(
      'role',
      expected === undefined
        ? `nobody has the role \`${role}\`: the configuration does not name it`
        : `you do not have the role \`${role}\``,
      expected === undefined
        ? `add \`operators: { roles: { ${role}: [<value>] } }\` to the configuration`
        : `the role goes by the tag \`${settings?.claim}\` of your access token; sign in again once you have it`,
    )
  }
}

/** The person behind the token with whatever roles they have, none among them. */
export function createIdentifyOperator({
  settings,
  publicUrl,
  identify,
  disabled,
}: OperatorRoleParts): (token: string | undefined) => Promise<OperatorIdentity> {
  return async (token) => {
    const signIn = `run \`sallyport login ${publicUrl()}/mcp\``
    if (token === undefined || token === '') {
      throw new NotAllowed('token', 'this order needs your own access token', signIn)
    }
    const identity = await identify(token).catch(inWords)
    if (isRefusal(identity)) {
      const { what, fix } = answerOf(identity.refused)
      const seen = identity.reason ?? identity.seen
      const said = seen === undefined ? what : `${what}: ${seen}`
      throw new NotAllowed('token', said, `${fix}, or ${signIn}`)
    }
    const { principal } = identity
    if (principal.kind !== 'person') {
      const kind = principal.kind === 'client' ? 'a machine' : 'an agent'
      throw new NotAllowed('role', `the token is ${kind}'s, and this order needs a person`, signIn)
    }
    const { issuer, subject, tenant, clientId: client, tags } = principal
    if (disabled().some(({ switched }) => isOwn(switched, { issuer, subject, client }))) {
      throw new NotAllowed(
        'role',
        'you are disabled, or the client that you are signed in with is',
        'let somebody else who has the role give this order',
      )
    }
    const about = { issuer, subject, ...(tenant === undefined ? {} : { tenant }) }
    return { issuer, subject, tenant, client, about, roles: rolesOf(tags, settings()) }
  }
}

/** The switch of this very person, or of the client that they are signed in with. */
export function isOwn(
  switched: Switched,
  { issuer, subject, client }: Pick<OperatorIdentity, 'issuer' | 'subject' | 'client'>,
): boolean {
  if (switched.what !== 'client' && switched.what !== 'person') return false
  const own = switched.what === 'client' ? client : subject
  return switched.issuer === issuer && switched.name === own
}

function rolesOf(
  tags: ReadonlyMap<string, string>,
  settings: OperatorSettings | undefined,
): ReadonlySet<string> {
  if (settings === undefined) return new Set()
  const held = new Set(valuesOf(tags.get(settings.claim) ?? ''))
  const roles = Object.entries(settings.roles).filter(([, values]) =>
    values.some((value) => held.has(value)),
  )
  return new Set(roles.map(([role]) => role))
}

/** One value as it is, several as `|a|b|` (identify/tags.ts): a `|` is always a separator. */
function valuesOf(tag: string): readonly string[] {
  return tag.split('|').filter((value) => value !== '')
}

function inWords(error: unknown): never {
  if (error instanceof Fault) {
    throw new NotAllowed('unavailable', answerOf(error.code).what, answerOf(error.code).fix)
  }
  throw error
}
