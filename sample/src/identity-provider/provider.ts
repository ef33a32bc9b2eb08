// oidc-provider, configured as Acme's authorization server: code with PKCE, refresh with rotation, client
// credentials; RFC 7591, 8414, 8707, 9068, 9207. What is not needed is switched off. Pages are in interaction.ts.
import {
  interactionPolicy,
  Provider,
  type Configuration,
  type KoaContextWithOIDC,
} from 'oidc-provider'
import { guardRegistration, PRE_REGISTERED } from './clients.ts'
import type { SigningKey } from './keys.ts'
import type { createMemoryAdapters } from './memory-adapter.ts'
import { errorPage, writePage } from './pages.ts'
import { SCOPES, scopeWithDefault, type Resources } from './resources.ts'
import { claimsFor, type AccountLookup } from './token-claims.ts'

export type ProviderParts = {
  readonly issuer: string
  readonly keys: readonly SigningKey[]
  readonly cookieKeys: readonly string[]
  readonly adapters: ReturnType<typeof createMemoryAdapters>
  readonly resources: Resources
  readonly account: AccountLookup
  readonly accessTokenSeconds: number
}

const HOUR = 3600
const off = { enabled: false }

/** Keys are read when the provider is built: rotation builds a new one over the same adapters. */
export function createProvider(parts: ProviderParts): Provider {
  const provider = new Provider(parts.issuer, configuration(parts))
  provider.use(advertiseWhatIsServed)
  return provider
}

function configuration(parts: ProviderParts): Configuration {
  return {
    adapter: parts.adapters,
    clients: PRE_REGISTERED,
    clientDefaults: {
      // RFC 7591 §2 leaves defaults to the server: who registers here is a native, public client.
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      id_token_signed_response_alg: 'RS256',
    },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    clientBasedCORS: (_context, _origin, client) => client.clientAuthMethod === 'none',
    cookies: {
      keys: [...parts.cookieKeys],
      long: { signed: true, httpOnly: true, sameSite: 'lax' },
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    // MUST (OAuth 2.1 §4.1.1): PKCE for every client; the library knows S256 alone.
    pkce: { required: () => true },
    responseTypes: ['code'],
    // offline_access is not advertised: clients that see it ask for it with prompt=consent (protocol.md §11).
    scopes: ['openid'],
    allowOmittingSingleRegisteredRedirectUri: false,
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    // MUST (RFC 9700 §4.14.2): refresh tokens of public clients rotate; here all do.
    rotateRefreshToken: true,
    expiresWithSession: async () => false,
    extraClientMetadata: {
      // One name is enough to be asked; the guard looks at the registration as a whole.
      properties: ['software_id'],
      validator: (context, _name, _value, metadata) => {
        if (context?.oidc?.route === 'registration') guardRegistration(metadata)
      },
    },
    extraTokenClaims: async (context, token) => claimsFor(context, token, parts.account),
    fetch: async () => {
      throw new Error('this provider fetches nothing')
    },
    findAccount: async (_context, subject) => parts.account(subject),
    interactions: {
      policy: interactionPolicy.base(),
      url: (_context, interaction) => `/sign-in/${interaction.uid}`,
    },
    jwks: { keys: parts.keys.map((key) => ({ ...key })) },
    renderError: async (context, out) => {
      writePage(context.res, context.status, errorPage(out))
      context.respond = false
    },
    routes: {
      authorization: '/authorize',
      jwks: '/jwks',
      registration: '/register',
      revocation: '/revoke',
      token: '/token',
    },
    ttl: {
      AccessToken: parts.accessTokenSeconds,
      AuthorizationCode: 60,
      ClientCredentials: parts.accessTokenSeconds,
      Grant: 14 * 24 * HOUR,
      IdToken: HOUR,
      Interaction: HOUR / 6,
      RefreshToken: 14 * 24 * HOUR,
      Session: 8 * HOUR,
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: off,
      dPoP: off,
      pushedAuthorizationRequests: off,
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: async (_context, _client, granted) => onlyOf(granted, parts.resources),
        useGrantedResource: async () => true,
        getResourceServerInfo: async (context, resource) => {
          applyDefaultScope(context)
          return parts.resources.describe(resource)
        },
      },
      revocation: {
        enabled: true,
        allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: off,
      userinfo: off,
    },
  }
}

// At the token endpoint the library gives what was granted: one is it, of several the request names one.
function onlyOf(granted: readonly string[] | undefined, resources: Resources): string | string[] {
  if (granted === undefined || granted.length === 0) return resources.fallback()
  return [...granted]
}

function applyDefaultScope(context: KoaContextWithOIDC) {
  const { params, route } = context.oidc
  if (params === undefined) return
  const asks = route === 'authorization' || params['grant_type'] === 'client_credentials'
  if (asks) params['scope'] = scopeWithDefault(params['scope'] as string | undefined)
}

// The library lists response modes that it has and nobody may use here (O-26), and no scopes of resources.
async function advertiseWhatIsServed(context: KoaContextWithOIDC, next: () => Promise<void>) {
  await next()
  const { body } = context
  if (!context.path.startsWith('/.well-known/') || typeof body !== 'object' || body === null) return
  context.body = {
    ...body,
    response_modes_supported: ['query'],
    scopes_supported: ['openid', ...SCOPES],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
  }
}
