// Acme's identity provider over its socket: discovery, registration, sign-in, tokens.
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  startIdentityProvider,
  type IdentityProvider,
} from '../../src/identity-provider/identity-provider.ts'
import { obtainMachineToken, obtainTokens, refreshTokens } from '../../src/obtain-tokens.ts'
import { signIn } from '../../src/sign-in.ts'

const RESOURCE = 'http://127.0.0.1:8443/mcp'
const OTHER = 'http://127.0.0.1:8443/mcp/market'
let provider: IdentityProvider

beforeAll(async () => {
  provider = await startIdentityProvider({ resources: [RESOURCE, OTHER], controls: true })
})
afterAll(() => provider.stop())

const alice = (resource = RESOURCE) => ({
  issuer: provider.issuer,
  username: 'alice',
  password: 'alice-sample',
  resource,
})

test('RFC 8414 §3: metadata name the issuer, S256 and no offline_access, and are the same at both names', async () => {
  const [oauth, openid] = await Promise.all(
    ['oauth-authorization-server', 'openid-configuration'].map(async (name) =>
      (await fetch(`${provider.issuer}/.well-known/${name}`)).json(),
    ),
  )
  expect(oauth).toEqual(openid)
  expect(oauth).toMatchObject({
    issuer: provider.issuer,
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    authorization_response_iss_parameter_supported: true,
    registration_endpoint: `${provider.issuer}/register`,
  })
  expect(JSON.stringify(oauth)).not.toContain('offline_access')
})

test('RFC 9068 §2: a registered client gets an access token for the resource that it asked for', async () => {
  const tokens = await obtainTokens(alice(`${RESOURCE}/`))
  const [header, claims] = decode(tokens.accessToken)
  expect(header).toMatchObject({ alg: 'RS256', typ: 'at+jwt' })
  expect(claims).toMatchObject({
    iss: provider.issuer,
    sub: 'alice',
    aud: `${RESOURCE}/`,
    client_id: tokens.clientId,
    groups: ['settlement-analysts'],
    tenant: 'acme',
    scope: 'mcp',
  })
  expect(Object.keys(claims ?? {})).toEqual(
    expect.arrayContaining(['jti', 'sid', 'auth_time', 'grant']),
  )
  expect(Number(claims?.['exp']) - Number(claims?.['iat'])).toBe(900)
})

test('RFC 9700 §4.14: a refresh token is traded once, and its reuse ends the whole family', async () => {
  const first = await obtainTokens(alice())
  const second = await refreshTokens(provider.issuer, first, RESOURCE)
  expect(second.refreshToken).not.toBe(first.refreshToken)
  expect(decode(second.accessToken)[1]).toMatchObject({ sub: 'alice', aud: RESOURCE })
  await expect(refreshTokens(provider.issuer, first, RESOURCE)).rejects.toThrow('invalid_grant')
  await expect(refreshTokens(provider.issuer, second, RESOURCE)).rejects.toThrow('invalid_grant')
})

test('RFC 9700 §4.14: of 20 parallel refreshes one at most succeeds', async () => {
  const tokens = await obtainTokens(alice())
  const attempts = Array.from({ length: 20 }, () =>
    refreshTokens(provider.issuer, tokens, RESOURCE),
  )
  const settled = await Promise.allSettled(attempts)
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('RFC 8707 §2: another resource than the granted one is refused at refresh', async () => {
  const tokens = await obtainTokens(alice())
  await expect(refreshTokens(provider.issuer, tokens, OTHER)).rejects.toThrow('invalid_target')
})

test.each([
  'http://127.0.0.1:8443/mcp/unknown',
  'http://127.0.0.1:8443/mcp//',
  'HTTP://127.0.0.1:8443/mcp',
])('RFC 8707 §2: the unknown resource %s is refused with invalid_target', async (resource) => {
  await expect(obtainTokens(alice(resource))).rejects.toThrow('invalid_target')
})

test('RFC 8707 §2: no resource among several is refused, not guessed', async () => {
  const redirect = await authorize({ client_id: 'acme-agent', ...PKCE })
  expect(redirect.searchParams.get('error')).toBe('invalid_target')
  expect(redirect.searchParams.get('iss')).toBe(provider.issuer)
})

test('RFC 6749 §4.4: the machine client gets a token with nobody behind it', async () => {
  const { batch } = provider.clients
  const machine = { issuer: provider.issuer, ...batch, resource: RESOURCE }
  const { accessToken, refreshToken } = await obtainMachineToken(machine)
  const claims = decode(accessToken)[1]
  expect(claims).toMatchObject({ sub: 'acme-batch', client_id: 'acme-batch', aud: RESOURCE })
  expect(claims).not.toHaveProperty('groups')
  expect(refreshToken).toBeUndefined()
})

test('RFC 8252 §7.3: the agent client signs in on any loopback port', async () => {
  const tokens = await obtainTokens({ ...alice(), clientId: provider.clients.agent.clientId })
  expect(decode(tokens.accessToken)[1]).toMatchObject({ client_id: 'acme-agent', sub: 'alice' })
})

test('OAuth 2.1 §4.1.1: a request without S256 challenge gets no code', async () => {
  const request = { client_id: 'acme-agent', resource: RESOURCE }
  const without = await authorize(request)
  expect(without.searchParams.get('error')).toBe('invalid_request')
  const plain = { ...request, code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }
  expect((await authorize(plain)).searchParams.get('error')).toBe('invalid_request')
})

test('RFC 6749 §4.1.2.1: who does not allow it sends the client an error and no code', async () => {
  const redirect = await authorize({ client_id: 'acme-agent', resource: RESOURCE, ...PKCE }, 'deny')
  expect(redirect.searchParams.get('error')).toBe('access_denied')
  expect(redirect.searchParams.has('code')).toBe(false)
})

test('a wrong password is refused, and a person who was disabled cannot refresh', async () => {
  await expect(obtainTokens({ ...alice(), password: 'bob-sample' })).rejects.toThrow('do not match')
  const tokens = await obtainTokens({ ...alice(), username: 'dan', password: 'dan-sample' })
  provider.controls?.disablePerson('dan')
  await expect(refreshTokens(provider.issuer, tokens, RESOURCE)).rejects.toThrow('invalid_grant')
  provider.controls?.enablePerson('dan')
})

const PKCE = {
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
}

function authorize(parameters: Record<string, string>, decision: 'allow' | 'deny' = 'allow') {
  const query = new URLSearchParams({
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1:50000/callback',
    state: 'xyz',
    ...parameters,
  })
  const authorizeUrl = `${provider.issuer}/authorize?${query.toString()}`
  return signIn({ authorizeUrl, username: 'alice', password: 'alice-sample', decision })
}

function decode(token: string) {
  return token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>)
}
