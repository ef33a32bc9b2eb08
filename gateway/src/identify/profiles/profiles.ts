// The token profiles that a configuration can name. A new identity provider is a file here and a line below.
import { auth0 } from './auth0.ts'
import { cognito } from './cognito.ts'
import { entra } from './entra.ts'
import { keycloak } from './keycloak.ts'
import { okta } from './okta.ts'
import type { TokenProfile } from './profile.ts'
import { rfc9068 } from './rfc9068.ts'

export const PROFILES = {
  rfc9068,
  cognito,
  entra,
  okta,
  auth0,
  keycloak,
} as const satisfies Record<string, TokenProfile>

export type ProfileName = keyof typeof PROFILES
