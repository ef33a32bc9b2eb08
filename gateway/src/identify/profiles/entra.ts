// Microsoft Entra ID, one tenant per configured issuer: v2 `https://login.microsoftonline.com/<tid>/v2.0`
// (discovery works), v1 `https://sts.windows.net/<tid>/` (set `jwksUri`). `sub` is pairwise, so a person is
// `tid` and `oid`. The audience is the application's GUID or `api://…`: list it in `audience`.
// Groups: app roles in `roles`; `groups` is left out by Entra when a person has too many of them, and
// `_claim_names` then says so: a mapped claim that is named there refuses the token.
import type { TokenProfile } from './profile.ts'

export const entra: TokenProfile = {
  algorithms: ['RS256'],
  headerTypes: ['jwt'],
  discriminators: [
    { claim: 'nonce', is: 'absent' },
    { anyOf: ['scp', 'roles'] },
    { claim: 'ver', is: 'present' },
  ],
  required: ['tid', 'oid'],
  clientId: ['azp', 'appid'],
  scopes: [{ claim: 'scp', form: 'string' }],
  machineScopes: [{ claim: 'roles', form: 'array' }],
  subject: ['tid', 'oid'],
  // An application's own token has roles and no delegated scope.
  machine: [
    { claim: 'scp', is: 'absent' },
    { claim: 'idtyp', equals: 'app' },
  ],
  undecided: [],
  tokenId: 'uti',
  grant: undefined,
  besides: [],
  issuerPath: {
    version: 'ver',
    tenant: 'tid',
    paths: { '2.0': '/{tenant}/v2.0', '1.0': '/{tenant}/' },
  },
}
