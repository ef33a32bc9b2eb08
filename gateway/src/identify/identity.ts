// The product of `identify`: somebody, proven. Only `identify/` constructs an Identity.

/** Claims that policies may read, mapped to strings by the configuration. */
export type Tags = ReadonlyMap<string, string>

type Common = {
  /** Issuer identifier of the token, as configured. */
  readonly issuer: string
  /** OAuth client that holds the token. */
  readonly clientId: string
  readonly tenant: string | undefined
  readonly tags: Tags
  /** SHA-256 (base64url) over everything above and the kind: the principal's part of every cache key. */
  readonly fingerprint: string
}
/** A person at an interactive client. */
export type Person = Common & { readonly kind: 'person'; readonly subject: string }
/** A machine: a token of the client credentials grant. Its ids are disjoint from people's (O-28). */
export type MachineClient = Common & { readonly kind: 'client' }
/** A client that the configuration lists as an agent, acting for a person. */
export type AgentForPerson = Common & { readonly kind: 'agent'; readonly subject: string }

export type Principal = Person | MachineClient | AgentForPerson

export class Identity {
  readonly #verified = true
  /** One object per fingerprint while it is in use, so that later stages may hang caches on it. */
  readonly principal: Principal
  /** First 8 hex digits of SHA-256 of the token: the only form of it that is ever written down (J-21). */
  readonly tokenHash8: string
  readonly jti: string | undefined
  readonly sid: string | undefined
  readonly grant: string | undefined
  readonly scopes: ReadonlySet<string>
  readonly issuedAtSeconds: number
  readonly expiresAtSeconds: number
  readonly authTimeSeconds: number | undefined
  readonly acr: string | undefined
  readonly amr: readonly string[]
  /** True where the issuer's keys came out of the stale-if-error window (F-02). */
  readonly keysStale: boolean

  constructor(fields: Omit<Identity, never>) {
    this.principal = fields.principal
    this.tokenHash8 = fields.tokenHash8
    this.jti = fields.jti
    this.sid = fields.sid
    this.grant = fields.grant
    this.scopes = fields.scopes
    this.issuedAtSeconds = fields.issuedAtSeconds
    this.expiresAtSeconds = fields.expiresAtSeconds
    this.authTimeSeconds = fields.authTimeSeconds
    this.acr = fields.acr
    this.amr = fields.amr
    this.keysStale = fields.keysStale
  }

  static is(value: object): value is Identity {
    return #verified in value
  }
}
