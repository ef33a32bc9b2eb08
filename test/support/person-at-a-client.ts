// The person who sits before a client of the MCP SDK: keeps what the SDK wants kept, and signs in where it sends them.
// The provider serves the clients of SDK v1 and of SDK v2.
import type {
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client'
import { signIn } from '@sallyport/sample/sign-in.ts'

const REDIRECT = 'http://127.0.0.1:49153/callback'

export type PersonAtClient = OAuthClientProvider & {
  /** Where the browser was sent after the sign-in. */
  readonly callback: () => URL
}

export function personAt(username: string): PersonAtClient {
  let client: StoredOAuthClientInformation | undefined
  let tokens: StoredOAuthTokens | undefined
  let discovered: OAuthDiscoveryState | undefined
  let verifier = ''
  let callback: URL | undefined
  return {
    redirectUrl: REDIRECT,
    clientMetadata: {
      client_name: 'a client of the SDK',
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    clientInformation: () => client,
    saveClientInformation: (information) => void (client = information),
    tokens: () => tokens,
    saveTokens: (saved) => void (tokens = saved),
    discoveryState: () => discovered,
    saveDiscoveryState: (state) => void (discovered = state),
    saveCodeVerifier: (saved) => void (verifier = saved),
    codeVerifier: () => verifier,
    async redirectToAuthorization(url) {
      const password = `${username}-sample`
      callback = await signIn({ authorizeUrl: url.href, username, password })
    },
    callback: () => {
      if (callback === undefined) throw new Error('nobody was sent to sign in')
      return callback
    },
  }
}
