// Amazon Cognito user pools. The issuer is `https://cognito-idp.<region>.amazonaws.com/<pool>`; access and ID
// tokens are told apart by `token_use`. Without resource binding there is no `aud`: `audienceFrom: client_id`
// and `clients` then stand for it. Groups are in `cognito:groups`.
import type { TokenProfile } from './profile.ts'

export const cognito: TokenProfile = {
  algorithms: ['RS256'],
  headerTypes: [undefined, 'jwt'],
  discriminators: [{ claim: 'token_use', is: 'equal', to: 'access' }],
  required: ['client_id', 'jti'],
  clientId: ['client_id'],
  scopes: [{ claim: 'scope', form: 'string' }],
  machineScopes: [],
  subject: ['sub'],
  machine: [{ claim: 'sub', equals: '{client}' }],
  undecided: [],
  tokenId: 'jti',
  // The token that the sign-in began with; revoking a refresh token names it.
  grant: 'origin_jti',
  besides: [],
  issuerPath: undefined,
}
