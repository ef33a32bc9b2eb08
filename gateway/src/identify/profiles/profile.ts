// What is particular about the access tokens of one identity provider, as data. The checks that all
// providers share are in verify-claims.ts; nothing here is code that a token could lead astray.
import type { Algorithm } from '../algorithms.ts'

export type TokenProfile = {
  /** Algorithms where the configuration names none. */
  readonly algorithms: readonly Algorithm[]
  /** Accepted `typ` of the header, lower case, without `application/`; `undefined`: absent is accepted. */
  readonly headerTypes: readonly (string | undefined)[]
  /** What makes it an access token and not another kind of the same issuer. */
  readonly discriminators: readonly Discriminator[]
  /** Required beyond `iss`, `exp`, `iat`, `sub` and the audience. */
  readonly required: readonly string[]
  /** The claim that holds the OAuth client: the first that is there. */
  readonly clientId: readonly string[]
  readonly scopes: readonly ScopeClaim[]
  /** Claims that hold what a machine may do, where that is not a scope. */
  readonly machineScopes: readonly ScopeClaim[]
  /** The claims that make up a person's id under the issuer, joined by a colon. */
  readonly subject: readonly string[]
  /** A token of the client credentials grant is known by any of these (RFC 9700 §4.15, attacks O-28). */
  readonly machine: readonly MachineMark[]
  /** Any of these on a token that is no machine's leaves open what it is: refused. */
  readonly undecided: readonly MachineMark[]
  /** The id of the token, for revocation. */
  readonly tokenId: string
  /** The id of the grant that it came from, for revocation. */
  readonly grant: string | undefined
  /** Audiences that may stand beside ours and never suffice; `{issuer}` is replaced. */
  readonly besides: readonly string[]
  /** The path of the issuer per token version: tenant confusion (RFC 8725 §3.8, attacks J-08). */
  readonly issuerPath: IssuerPath | undefined
}

export type Discriminator =
  | { readonly claim: string; readonly is: 'absent' | 'present' }
  | { readonly claim: string; readonly is: 'equal'; readonly to: string }
  | { readonly anyOf: readonly string[] }

export type ScopeClaim = { readonly claim: string; readonly form: 'string' | 'array' }

/** In templates `{client}` is the client id of the token. */
export type MachineMark =
  | { readonly claim: string; readonly equals: string }
  | { readonly claim: string; readonly is: 'absent' }

export type IssuerPath = {
  readonly version: string
  readonly tenant: string
  /** Path of the issuer by value of the version claim; `{tenant}` is the tenant claim of the token. */
  readonly paths: Readonly<Record<string, string>>
}
