// JWT access tokens as RFC 9068 has them; the sample's identity provider and oidc-provider issue them.
// Groups, roles and entitlements come in the claims that the configuration maps (RFC 9068 §2.2.3.1).
import type { TokenProfile } from './profile.ts'

export const rfc9068: TokenProfile = {
  // MUST (RFC 9068 §4): RS256 is supported.
  algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  // MUST (RFC 9068 §4): `at+jwt` or `application/at+jwt`, nothing else.
  headerTypes: ['at+jwt'],
  discriminators: [],
  // REQUIRED (RFC 9068 §2.2).
  required: ['jti', 'client_id'],
  clientId: ['client_id'],
  scopes: [{ claim: 'scope', form: 'string' }],
  machineScopes: [],
  subject: ['sub'],
  // SHOULD (RFC 9068 §2.2): without a resource owner `sub` identifies the client.
  machine: [{ claim: 'sub', equals: '{client}' }],
  undecided: [],
  tokenId: 'jti',
  grant: 'grant',
  besides: [],
  issuerPath: undefined,
}
