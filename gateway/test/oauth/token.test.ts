import { expect, test } from 'vitest'
import { prepareAuthorization } from '../../src/oauth/authorization-request.ts'
import { judgeCallback } from '../../src/oauth/authorization-response.ts'
import type { RegisteredClient } from '../../src/oauth/client.ts'
import { revokeToken } from '../../src/oauth/revocation.ts'
import { redeemCode, refreshTokens } from '../../src/oauth/token.ts'
import { cannedNetwork, failureOf, ISSUER, json, RESOURCE, SERVER } from './answers.ts'

const TOKEN = `${ISSUER}/token`
const REVOKE = `${ISSUER}/revoke`
const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const redirectUri = 'http://127.0.0.1:1234/callback'
const client: RegisteredClient = {
  issuer: ISSUER,
  clientId: 'c1',
  authentication: { method: 'none' },
}
const { transaction } = await prepareAuthorization(SERVER, client, {
  redirectUri,
  resource: RESOURCE,
  scope: undefined,
  state: 's1',
  codeVerifier,
})
const query = new URLSearchParams({ code: 'x', state: 's1', iss: ISSUER })
const callback = judgeCallback(
  SERVER,
  client,
  transaction,
  new URL(`${redirectUri}?${query.toString()}`),
)
const answer = { access_token: 'a1', token_type: 'Bearer', expires_in: 900, refresh_token: 'r1' }

test('RFC 6749 §4.1.3, RFC 7636 §4.5, RFC 8707 §2.2: a code is redeemed with everything that binds it', async () => {
  const { network, sent } = cannedNetwork({ [TOKEN]: json({ ...answer, scope: 'a' }) })
  const tokens = await redeemCode(SERVER, client, transaction, callback, network)
  expect(tokens).toEqual({
    accessToken: 'a1',
    expiresInSeconds: 900,
    refreshToken: 'r1',
    scope: 'a',
  })
  expect(Object.fromEntries(new URLSearchParams(sent[0]?.body))).toEqual({
    grant_type: 'authorization_code',
    code: 'x',
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
    client_id: 'c1',
    resource: RESOURCE,
  })
})

test('RFC 6749 §6, RFC 8707 §2.2: a refresh names the resource', async () => {
  const { network, sent } = cannedNetwork({ [TOKEN]: json({ ...answer, refresh_token: 'r2' }) })
  const tokens = await refreshTokens(SERVER, client, 'r1', RESOURCE, network)
  expect(tokens.refreshToken).toBe('r2')
  expect(Object.fromEntries(new URLSearchParams(sent[0]?.body))).toEqual({
    grant_type: 'refresh_token',
    refresh_token: 'r1',
    client_id: 'c1',
    resource: RESOURCE,
  })
})

test('RFC 6749 §6: without a new refresh token the old one stays in use', async () => {
  const { refresh_token: _, ...without } = answer
  const { network } = cannedNetwork({ [TOKEN]: json(without) })
  const tokens = await refreshTokens(SERVER, client, 'r1', RESOURCE, network)
  expect(tokens.refreshToken).toBe('r1')
})

test('RFC 6749 §2.3.1: client_secret_basic sends the secret in the header alone', async () => {
  const authentication = { method: 'client_secret_basic', clientSecret: 's&1 -._' } as const
  const { network, sent } = cannedNetwork({ [TOKEN]: json(answer) })
  const dashed = { ...client, clientId: 'c-1', authentication }
  await refreshTokens(SERVER, dashed, 'r1', RESOURCE, network)
  const expected = Buffer.from('c-1:s%261+-._').toString('base64')
  expect(sent[0]?.headers).toMatchObject({ authorization: `Basic ${expected}` })
  expect(sent[0]?.body).not.toContain('client_secret')
})

test('RFC 6749 §2.3.1: client_secret_post sends it in the body alone', async () => {
  const authentication = { method: 'client_secret_post', clientSecret: 's1' } as const
  const { network, sent } = cannedNetwork({ [TOKEN]: json(answer) })
  await refreshTokens(SERVER, { ...client, authentication }, 'r1', RESOURCE, network)
  expect(sent[0]?.headers).not.toHaveProperty('authorization')
  expect(new URLSearchParams(sent[0]?.body).get('client_secret')).toBe('s1')
})

test.each(['DPoP', 'mac'])('RFC 6749 §7.1: a token of type %s is not used', async (token_type) => {
  const { network } = cannedNetwork({ [TOKEN]: json({ ...answer, token_type }) })
  const failure = await failureOf(redeemCode(SERVER, client, transaction, callback, network))
  expect(failure).toMatchObject({ step: 'token' })
})

test('RFC 6749 §5.2: invalid_grant is refused, and no token is in the message', async () => {
  const { network } = cannedNetwork({ [TOKEN]: json({ error: 'invalid_grant' }, 400) })
  const failure = await failureOf(refreshTokens(SERVER, client, 'secret-r1', RESOURCE, network))
  expect(failure).toMatchObject({
    step: 'refresh',
    reason: 'refused',
    serverError: { error: 'invalid_grant' },
  })
  expect(String(failure)).not.toContain('secret-r1')
})

test.each([
  ['Basic error="invalid_client", error_description="who?"', 'invalid_client', 'who?'],
  ['Basic realm="x"', 'invalid_client', undefined],
])('RFC 6749 §5.2: 401 with `%s` is %s', async (header, error, description) => {
  const refusal = () => new Response(null, { status: 401, headers: { 'www-authenticate': header } })
  const { network } = cannedNetwork({ [TOKEN]: refusal })
  const failure = await failureOf(refreshTokens(SERVER, client, 'r1', RESOURCE, network))
  expect(failure).toMatchObject({ reason: 'refused', serverError: { error, description } })
})

test.each([429, 500, 503])('%i says nothing about the grant', async (status) => {
  const { network } = cannedNetwork({ [TOKEN]: json({ error: 'invalid_grant' }, status) })
  const failure = await failureOf(refreshTokens(SERVER, client, 'r1', RESOURCE, network))
  expect(failure).toMatchObject({ reason: 'unavailable' })
})

test('RFC 7009 §2.1: a token is revoked with its hint', async () => {
  const { network, sent } = cannedNetwork({ [REVOKE]: () => new Response(null) })
  await revokeToken(SERVER, client, 'r1', 'refresh_token', network)
  expect(Object.fromEntries(new URLSearchParams(sent[0]?.body))).toEqual({
    token: 'r1',
    token_type_hint: 'refresh_token',
    client_id: 'c1',
  })
})

test('RFC 7009 §2.2.1: a server that refuses a revocation is named', async () => {
  const { network } = cannedNetwork({ [REVOKE]: json({ error: 'unsupported_token_type' }, 400) })
  const failure = await failureOf(revokeToken(SERVER, client, 'a1', 'access_token', network))
  expect(failure).toMatchObject({ step: 'revocation', reason: 'refused' })
})

test('a server without revocation is named', async () => {
  const { revocation_endpoint: _, ...server } = SERVER
  const { network } = cannedNetwork({})
  const failure = await failureOf(revokeToken(server, client, 'a1', 'access_token', network))
  expect(failure).toMatchObject({ step: 'revocation', reason: 'unsupported' })
})
