// What we are at one authorization server: a registered client and how it proves itself (RFC 6749 §2.3).
// Credentials belong to the issuer that gave them and are never sent to another.
import { ClientSecretBasic, ClientSecretPost, None } from 'oauth4webapi'
import type { ClientAuth } from 'oauth4webapi'

export type RegisteredClient = {
  readonly issuer: string
  readonly clientId: string
  readonly authentication:
    | { readonly method: 'none' }
    | {
        readonly method: 'client_secret_basic' | 'client_secret_post'
        readonly clientSecret: string
      }
}

/** The same as oauth4webapi wants it. Exactly one method (RFC 6749 §2.3). */
export function clientAuthentication(client: RegisteredClient): ClientAuth {
  const { authentication } = client
  if (authentication.method === 'none') return None()
  return authentication.method === 'client_secret_basic'
    ? ClientSecretBasic(authentication.clientSecret)
    : ClientSecretPost(authentication.clientSecret)
}
