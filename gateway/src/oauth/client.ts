// What we are at one authorization server: a registered client and how it proves itself (RFC 6749 §2.3).
// Credentials belong to the issuer that gave them and are never sent to another.
import { ClientSecretPost, None } from 'oauth4webapi'
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
    ? basic(authentication.clientSecret)
    : ClientSecretPost(authentication.clientSecret)
}

/** RFC 6749 §2.3.1. Characters that need no escape have none: some servers do not decode. */
function basic(secret: string): ClientAuth {
  return (_server, { client_id: id }, _body, headers) => {
    const pair = `${formEncoded(id)}:${formEncoded(secret)}`
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`)
  }
}

/** `application/x-www-form-urlencoded` (RFC 6749 appendix B). */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}
