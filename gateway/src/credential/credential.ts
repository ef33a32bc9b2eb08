// The product of `credential`: with what the gateway shows itself to a target. Closed union; the connector
// applies it. Kinds that no resolver makes yet (bearer, basic, connection-bound, message-level,
// request-signing) get their member when their issue brings the resolver.

type Common = {
  /** Name of the credential for audit and breakers, never its value. */
  readonly id: string
  /** Changes when the secret changes. */
  readonly version: string
  /** Set where identity binds to a connection: pools are then kept per key. */
  readonly connectionKey: string | undefined
}

export type NoCredential = Common & { readonly kind: 'none' }
/** A static secret that goes into one header. */
export type SecretCredential = Common & {
  readonly kind: 'secret'
  readonly header: string
  readonly value: string
}

export type Credential = NoCredential | SecretCredential
