// Auth0: `https://<tenant>/` with its trailing slash. The audience is the API's identifier, with the tenant's
// user info endpoint beside it when `openid` was asked for. Access tokens carry `typ: at+jwt` under the
// RFC 9068 dialect and `JWT` under the older one. Groups come in a namespaced claim (`https://…/groups`).
import type { TokenProfile } from './profile.ts'

export const auth0: TokenProfile = {
  algorithms: ['RS256'],
  headerTypes: ['at+jwt', 'jwt'],
  discriminators: [{ claim: 'nonce', is: 'absent' }],
  required: [],
  clientId: ['azp', 'client_id'],
  scopes: [
    { claim: 'scope', form: 'string' },
    { claim: 'permissions', form: 'array' },
  ],
  machineScopes: [],
  subject: ['sub'],
  machine: [
    { claim: 'gty', equals: 'client-credentials' },
    { claim: 'sub', equals: '{client}@clients' },
  ],
  undecided: [],
  tokenId: 'jti',
  grant: undefined,
  besides: ['{issuer}userinfo'],
  issuerPath: undefined,
}
