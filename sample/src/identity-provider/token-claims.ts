// What Acme's access tokens say beyond RFC 9068 §2.2: groups and tenant of the person, sid and auth_time of
// the sign-in. A token of the client credentials grant has a tenant and no groups: nobody is behind it.
import type { Account, KoaContextWithOIDC } from 'oidc-provider'
import { findPerson } from './people.ts'

export type AccountLookup = (subject: string) => Account | undefined

type IssuedToken = { readonly kind: string; readonly accountId?: string }
type SignIn = {
  readonly authTime?: number | undefined
  readonly sessionUid?: string | undefined
  readonly grantId?: string | undefined
}

export function claimsFor(
  context: KoaContextWithOIDC,
  token: object,
  account: AccountLookup,
): Record<string, string | number | string[]> {
  const issued = token as IssuedToken
  if (issued.kind === 'ClientCredentials') return { tenant: 'acme' }
  const person = findPerson(issued.accountId ?? '')
  if (person === undefined || account(person.username) === undefined) return {}
  const { AuthorizationCode, RefreshToken } = context.oidc.entities
  const signIn: SignIn = RefreshToken ?? AuthorizationCode ?? {}
  return {
    groups: [...person.groups],
    tenant: person.tenant,
    ...(signIn.sessionUid === undefined ? {} : { sid: signIn.sessionUid }),
    ...(signIn.authTime === undefined ? {} : { auth_time: signIn.authTime }),
    ...(signIn.grantId === undefined ? {} : { grant: signIn.grantId }),
  }
}

/** Accounts of the people who may still sign in; `disabled` holds those who may not. */
export function accountsOf(disabled: ReadonlySet<string>): AccountLookup {
  return (subject) => {
    const person = findPerson(subject)
    if (person === undefined || disabled.has(subject)) return undefined
    return {
      accountId: subject,
      claims: async () => ({ sub: subject, name: person.name }),
    }
  }
}
