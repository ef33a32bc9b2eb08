import { expect, test } from 'vitest'
import { prepareAuthorization } from '../../src/oauth/authorization-request.ts'
import { judgeCallback } from '../../src/oauth/authorization-response.ts'
import { ISSUER, RESOURCE, SERVER } from './answers.ts'

// The verifier and challenge of RFC 7636, appendix B.
const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const codeChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const redirectUri = 'http://127.0.0.1:1234/callback'
const client = { issuer: ISSUER, clientId: 'c1', authentication: { method: 'none' } } as const
const request = { redirectUri, resource: RESOURCE, scope: undefined, state: 's1', codeVerifier }
const { transaction } = await prepareAuthorization(SERVER, client, request)

test('RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2: everything that the request must carry', async () => {
  const { url } = await prepareAuthorization(SERVER, client, { ...request, scope: 'a b' })
  expect(url.origin + url.pathname).toBe(`${ISSUER}/authorize`)
  expect(Object.fromEntries(url.searchParams)).toEqual({
    response_type: 'code',
    client_id: 'c1',
    redirect_uri: redirectUri,
    state: 's1',
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
    resource: RESOURCE,
    scope: 'a b',
  })
})

test('RFC 6749 §3.1: a query of the endpoint is kept, and no empty scope is sent', async () => {
  const server = { ...SERVER, authorization_endpoint: `${ISSUER}/authorize?tenant=t` }
  const { url } = await prepareAuthorization(server, client, request)
  expect(url.searchParams.get('tenant')).toBe('t')
  expect(url.searchParams.has('scope')).toBe(false)
})

function judge(query: string, server = SERVER) {
  return judgeCallback(server, client, transaction, new URL(`${redirectUri}?${query}`))
}

const GOOD = new URLSearchParams({ code: 'x', state: 's1', iss: ISSUER }).toString()

test('RFC 6749 §4.1.2: the answer to our request is taken', () => {
  expect(judge(GOOD).get('code')).toBe('x')
})

test('RFC 9207 §2.4: a server that does not advertise iss need not send it', () => {
  const server = { ...SERVER, authorization_response_iss_parameter_supported: false }
  expect(judge('code=x&state=s1', server).get('code')).toBe('x')
})

test.each([
  ['code=x&state=s1', 'RFC 9207 §2.4: advertised and absent'],
  ['code=x&state=s1&iss=https%3A%2F%2Fevil.example', 'RFC 9207 §2.4: of another issuer'],
  [`code=x&state=s1&iss=${encodeURIComponent(`${ISSUER}/`)}`, 'RFC 9207 §2.4: no normalisation'],
  ['error=access_denied&state=s1', 'RFC 9207 §2.4: errors too'],
  [`code=x&iss=${encodeURIComponent(ISSUER)}`, 'RFC 9700 §4.7: no state'],
  [`code=x&state=s2&iss=${encodeURIComponent(ISSUER)}`, 'RFC 9700 §4.7: another state'],
  [`${GOOD}&state=s1`, 'RFC 6749 §3.1: a parameter twice'],
])('O-07: `%s` is not the answer to our request (%s)', (query) => {
  expect(() => judge(query)).toThrow(expect.objectContaining({ reason: 'mismatch' }))
})

test('RFC 6749 §4.1.2.1: an error of our server is refused, with its words kept apart', () => {
  const query = new URLSearchParams({
    error: 'access_denied',
    error_description: 'no',
    state: 's1',
    iss: ISSUER,
  })
  expect(() => judge(query.toString())).toThrow(
    expect.objectContaining({
      reason: 'refused',
      serverError: { error: 'access_denied', description: 'no' },
    }),
  )
})

test('RFC 6749 §4.1.2: an answer without a code is refused', () => {
  const query = new URLSearchParams({ state: 's1', iss: ISSUER })
  expect(() => judge(query.toString())).toThrow(expect.objectContaining({ reason: 'not_conform' }))
})

test('OAuth 2.1 §10.1: an answer of the implicit flow is refused', () => {
  expect(() => judge(`${GOOD}&id_token=x`)).toThrow(
    expect.objectContaining({ reason: 'not_conform' }),
  )
})

test('RFC 9700 §4.4: a transaction of another issuer is refused', () => {
  const server = {
    ...SERVER,
    issuer: 'https://other.example',
    authorization_response_iss_parameter_supported: false,
  }
  expect(() => judge('code=x&state=s1', server)).toThrow(
    expect.objectContaining({ reason: 'mismatch' }),
  )
})
