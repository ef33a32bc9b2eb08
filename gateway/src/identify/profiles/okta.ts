// Okta, custom authorization servers: `https://<org>/oauth2/<id>`. Tokens of the org server are not for third
// parties, and their header says so (`okta-internal-at+jwt`). An ID token has no `cid`. The audience is fixed
// per authorization server: list it in `audience`. Groups come in the claim that the server is told to add.
import type { TokenProfile } from './profile.ts'

export const okta: TokenProfile = {
  algorithms: ['RS256'],
  headerTypes: [undefined, 'jwt', 'at+jwt'],
  discriminators: [
    { claim: 'cid', is: 'present' },
    { claim: 'nonce', is: 'absent' },
  ],
  required: ['cid', 'jti'],
  clientId: ['cid'],
  scopes: [{ claim: 'scp', form: 'array' }],
  machineScopes: [],
  // `sub` is the login name, which can be given to somebody else.
  subject: ['uid'],
  machine: [{ claim: 'sub', equals: '{client}' }],
  undecided: [],
  tokenId: 'jti',
  grant: undefined,
  besides: [],
  issuerPath: undefined,
}
