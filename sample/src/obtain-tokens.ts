// A person's tokens without a browser and without a client library: discovery, registration, PKCE, sign-in,
// code for tokens; and a machine's. For tests, the benchmark and the demonstration; a client's own login is the CLI's.
import { createHash, randomBytes } from 'node:crypto'
import { signIn } from './sign-in.ts'

export type Tokens = {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  readonly expiresInSeconds: number
  readonly scope: string
  readonly clientId: string
}

export type TokensWanted = {
  readonly issuer: string
  readonly username: string
  readonly password: string
  /** RFC 8707: what the token is for. */
  readonly resource: string
  readonly scope?: string
  /** A registered client; absent: one is registered (RFC 7591). */
  readonly clientId?: string
}

type Metadata = {
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly registration_endpoint: string
}

const REDIRECT_URI = 'http://127.0.0.1:49152/callback'

export async function obtainTokens(wanted: TokensWanted): Promise<Tokens> {
  const metadata = await discover(wanted.issuer)
  const clientId = wanted.clientId ?? (await register(metadata.registration_endpoint))
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: wanted.resource,
    state,
    ...(wanted.scope === undefined ? {} : { scope: wanted.scope }),
  })
  const redirect = await signIn({
    authorizeUrl: `${metadata.authorization_endpoint}?${query.toString()}`,
    username: wanted.username,
    password: wanted.password,
  })
  const answer = redirect.searchParams
  // MUST (RFC 9207 §2.4): the answer is this issuer's, and belongs to this request.
  if (answer.get('iss') !== wanted.issuer || answer.get('state') !== state) {
    throw new Error('the authorization response is not an answer to this request')
  }
  const code = answer.get('code')
  if (code === null) {
    throw new Error(`no code: ${answer.get('error')}: ${answer.get('error_description')}`)
  }
  return await askForTokens(metadata.token_endpoint, clientId, {
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    code,
    code_verifier: verifier,
    resource: wanted.resource,
  })
}

/** Trades the refresh token in; the answer holds the next one. */
export async function refreshTokens(
  issuer: string,
  tokens: Tokens,
  resource: string,
): Promise<Tokens> {
  const { token_endpoint } = await discover(issuer)
  return await askForTokens(token_endpoint, tokens.clientId, {
    grant_type: 'refresh_token',
    client_id: tokens.clientId,
    refresh_token: tokens.refreshToken ?? '',
    resource,
  })
}

/** A token of the client credentials grant: nobody is behind it. */
export async function obtainMachineToken(wanted: {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly resource: string
}): Promise<Tokens> {
  const { token_endpoint } = await discover(wanted.issuer)
  const basic = Buffer.from(`${wanted.clientId}:${wanted.clientSecret}`).toString('base64')
  const form = { grant_type: 'client_credentials', resource: wanted.resource }
  return await askForTokens(token_endpoint, wanted.clientId, form, `Basic ${basic}`)
}

async function discover(issuer: string) {
  const metadata = await json(await fetch(`${issuer}/.well-known/oauth-authorization-server`))
  // MUST (RFC 8414 §3.3): the document names the issuer that it was asked of.
  if (metadata['issuer'] !== issuer) throw new Error('the metadata is of another issuer')
  return metadata as Metadata & typeof metadata
}

async function register(endpoint: string) {
  const registration = {
    client_name: 'Acme sample client',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [REDIRECT_URI],
  }
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(registration)
  const client = await json(await fetch(endpoint, { method: 'POST', headers, body }))
  return String(client['client_id'])
}

async function askForTokens(
  endpoint: string,
  clientId: string,
  form: Readonly<Record<string, string>>,
  authorization?: string,
): Promise<Tokens> {
  const headers = authorization === undefined ? {} : { authorization }
  const body = new URLSearchParams(form)
  const answer = await json(await fetch(endpoint, { method: 'POST', headers, body }))
  const { refresh_token: refresh, scope } = answer
  return {
    accessToken: String(answer['access_token']),
    refreshToken: typeof refresh === 'string' ? refresh : undefined,
    expiresInSeconds: Number(answer['expires_in']),
    scope: typeof scope === 'string' ? scope : '',
    clientId,
  }
}

async function json(response: Response): Promise<Record<string, unknown>> {
  const body = (await response.json()) as Record<string, unknown>
  if (!response.ok) {
    const { error, error_description } = body
    throw new Error(`${response.status} ${String(error)}: ${String(error_description)}`)
  }
  return body
}
