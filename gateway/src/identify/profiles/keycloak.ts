// Keycloak: `https://<host>/realms/<realm>`. The claim `typ` is `Bearer` in access tokens and `ID` in ID
// tokens. An audience mapper must put our resource into `aud`; the default `account` is not ours.
// Roles are in `/realm_access/roles`; groups come in the claim of a group mapper.
import type { TokenProfile } from './profile.ts'

export const keycloak: TokenProfile = {
  algorithms: ['RS256'],
  headerTypes: ['jwt', 'at+jwt'],
  discriminators: [{ claim: 'typ', is: 'equal', to: 'Bearer' }],
  required: ['jti', 'azp'],
  clientId: ['azp'],
  scopes: [{ claim: 'scope', form: 'string' }],
  machineScopes: [],
  subject: ['sub'],
  // `sub` is the id of a user that stands for the client; the session note `client_id` tells. The name alone
  // does not: where people choose their names, somebody can choose this one.
  machine: [{ claim: 'client_id', equals: '{client}' }],
  undecided: [{ claim: 'preferred_username', equals: 'service-account-{client}' }],
  tokenId: 'jti',
  grant: undefined,
  besides: [],
  issuerPath: undefined,
}
