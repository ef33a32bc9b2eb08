// Every way in which a step fails, in the words that a person reads: which step, which class of reason, what was seen
// and what was expected (RFC 9700 §2, MCP authorization). The other files of this folder say when each one happens.
import { expect, test } from 'vitest'
import { prepareAuthorization } from '../../src/oauth/authorization-request.ts'
import { judgeCallback } from '../../src/oauth/authorization-response.ts'
import type { RegisteredClient } from '../../src/oauth/client.ts'
import { OAuthFailure } from '../../src/oauth/failure.ts'
import { registerClient } from '../../src/oauth/registration.ts'
import { fetchResourceMetadata } from '../../src/oauth/resource-metadata.ts'
import { revokeToken } from '../../src/oauth/revocation.ts'
import { discoverServer, type ServerMetadata } from '../../src/oauth/server-metadata.ts'
import { redeemCode, refreshTokens } from '../../src/oauth/token.ts'
import {
  cannedNetwork,
  failureOf,
  ISSUER,
  json,
  RESOURCE,
  SERVER,
  SERVER_DOCUMENT,
} from './answers.ts'

const PLACE = `${ISSUER}/.well-known/oauth-authorization-server`
const PRM = 'https://gate.acme.example/.well-known/oauth-protected-resource/mcp'
const ROOT = 'https://gate.acme.example/.well-known/oauth-protected-resource'
const client: RegisteredClient = {
  issuer: ISSUER,
  clientId: 'c1',
  authentication: { method: 'none' },
}
const redirectUri = 'http://127.0.0.1:1234/callback'
const { transaction } = await prepareAuthorization(SERVER, client, {
  redirectUri,
  resource: RESOURCE,
  scope: undefined,
  state: 's1',
  codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
})

/** What a failure says: step, reason, words, and whether it keeps the cause for the log. */
function said(failure: unknown) {
  if (!(failure instanceof OAuthFailure)) throw failure
  const { name, step, reason, message } = failure
  return { name, step, reason, message, hasCause: 'cause' in failure }
}

function failing(step: string, reason: string, message: string, hasCause = false) {
  return { name: 'OAuthFailure', step, reason, message, hasCause }
}

const judge = (query: Record<string, string>, server: ServerMetadata = SERVER) =>
  judgeCallback(
    server,
    client,
    transaction,
    new URL(`${redirectUri}?${new URLSearchParams(query).toString()}`),
  )
const callback = judge({ code: 'x', state: 's1', iss: ISSUER })

const thrown = (run: () => unknown) => failureOf(Promise.resolve().then(run))

test.each<[Record<string, string>, ServerMetadata, string, string, boolean]>([
  [
    { code: 'x', state: 's1' },
    { ...SERVER, issuer: 'https://other.example' },
    'mismatch',
    'the transaction is of another issuer',
    false,
  ],
  [{ state: 's1', iss: ISSUER }, SERVER, 'not_conform', 'the answer carries no code', false],
  [
    { state: 's1', iss: ISSUER, error: 'access_denied' },
    SERVER,
    'refused',
    'the authorization server answered `access_denied`',
    false,
  ],
  [
    { code: 'x', state: 's2', iss: ISSUER },
    SERVER,
    'mismatch',
    'unexpected "state" response parameter value',
    false,
  ],
  [
    { code: 'x', state: 's1', iss: ISSUER, id_token: 'x' },
    SERVER,
    'not_conform',
    'the answer is of another flow',
    true,
  ],
])('RFC 6749 §4.1.2: the answer %j fails in words', async (query, server, reason, words, cause) => {
  const failure = await thrown(() => judge(query, server))
  expect(said(failure)).toEqual(failing('authorization', reason, words, cause))
})

const page = () => new Response('<html>', { headers: { 'content-type': 'text/html' } })

test.each<[string, () => Response, string, string]>([
  [
    'a page',
    page,
    'not_conform',
    `\`${PRM}\` answered 200 with content type \`text/html\`, not a JSON document`,
  ],
  [
    'nothing',
    () => new Response(null, { status: 204 }),
    'not_conform',
    `\`${PRM}\` answered 204 with content type \`none\`, not a JSON document`,
  ],
  [
    'JSON with status 203',
    json({ resource: RESOURCE, authorization_servers: [ISSUER] }, 203),
    'not_conform',
    `\`${PRM}\` answered 203 with content type \`application/json\`, not a JSON document`,
  ],
  [
    'JSON in a redirect',
    json({ resource: RESOURCE, authorization_servers: [ISSUER] }, 307),
    'not_conform',
    `\`${PRM}\` answered 307 with content type \`application/json\`, not a JSON document`,
  ],
  ['a list', json([]), 'not_conform', `\`${PRM}\` answered no JSON object`],
  ['a string', json('x'), 'not_conform', `\`${PRM}\` answered no JSON object`],
  [
    'half an object',
    () => new Response('{', { headers: { 'content-type': 'application/json' } }),
    'not_conform',
    `\`${PRM}\` answered no JSON object`,
  ],
  ['400', json({}, 400), 'not_found', `no metadata at \`${PRM}\``],
  ['503', json({}, 503), 'unavailable', `\`${PRM}\` answered 503`],
  ['no resource', json({}), 'not_conform', 'the metadata has no `resource` that is a URL'],
  [
    'a list as resource',
    json({ resource: [RESOURCE], authorization_servers: [ISSUER] }),
    'not_conform',
    'the metadata has no `resource` that is a URL',
  ],
  [
    'another resource',
    json({ resource: 'https://evil.example/', authorization_servers: [ISSUER] }),
    'mismatch',
    `the metadata is for \`https://evil.example/\`, but we connect to \`${RESOURCE}\``,
  ],
  [
    'no authorization server',
    json({ resource: RESOURCE, authorization_servers: [] }),
    'not_conform',
    'the metadata names no `authorization_servers`',
  ],
])('RFC 9728 §3.2: metadata that is %s fails in words', async (_, answer, reason, words) => {
  const { network } = cannedNetwork({ [PRM]: answer })
  const failure = await failureOf(fetchResourceMetadata(new URL(RESOURCE), PRM, network))
  expect(said(failure)).toEqual(failing('resource_metadata', reason, words))
})

test('RFC 9728 §3.1: every place that has no metadata is named', async () => {
  const { network } = cannedNetwork({})
  const failure = await failureOf(fetchResourceMetadata(new URL(RESOURCE), undefined, network))
  const words = `no metadata at \`${PRM}\`, \`${ROOT}\``
  expect(said(failure)).toEqual(failing('resource_metadata', 'not_found', words))
})

test('RFC 9728 §3.1: a resource without a path has one place', async () => {
  const { network } = cannedNetwork({})
  const failure = await failureOf(
    fetchResourceMetadata(new URL('https://gate.acme.example'), undefined, network),
  )
  expect(said(failure)).toEqual(
    failing('resource_metadata', 'not_found', `no metadata at \`${ROOT}\``),
  )
})

test('RFC 9728 §3.3: metadata of the origin is taken from the root alone, and where no challenge named it', async () => {
  const origin = json({ resource: new URL(RESOURCE).origin, authorization_servers: [ISSUER] })
  const words = `the metadata is for \`https://gate.acme.example\`, but we connect to \`${RESOURCE}\``
  for (const challenged of [undefined, ROOT]) {
    const { network } = cannedNetwork({ [challenged ?? PRM]: origin })
    const failure = await failureOf(fetchResourceMetadata(new URL(RESOURCE), challenged, network))
    expect(said(failure)).toEqual(failing('resource_metadata', 'mismatch', words))
  }
})

test.each<[string, string, string]>([
  ['/relative', 'not_conform', '`resource_metadata` of the challenge is no absolute URL'],
  [
    'file:///etc/passwd',
    'unacceptable_url',
    '`resource_metadata` of the challenge must be http(s), not `file:`',
  ],
  [
    'https://u@h.example/',
    'unacceptable_url',
    '`resource_metadata` of the challenge must not carry credentials',
  ],
  [
    'https://:p@h.example/',
    'unacceptable_url',
    '`resource_metadata` of the challenge must not carry credentials',
  ],
  [
    'http://h.example/prm',
    'unacceptable_url',
    '`resource_metadata` of the challenge must be https: `http://h.example`',
  ],
])('O-03: `%s` in a challenge fails in words', async (challenged, reason, words) => {
  const { network } = cannedNetwork({})
  const failure = await failureOf(fetchResourceMetadata(new URL(RESOURCE), challenged, network))
  expect(said(failure)).toEqual(failing('resource_metadata', reason, words))
})

test.each<[string, Record<string, unknown>, string, string]>([
  [
    'https://login.acme.example?x=1',
    {},
    'not_conform',
    '`https://login.acme.example?x=1` is no issuer: it has a query or fragment',
  ],
  ['login.acme.example', {}, 'not_conform', 'the issuer is no absolute URL'],
  [
    ISSUER,
    { issuer: 'https://evil.example' },
    'mismatch',
    `the metadata is of issuer \`https://evil.example\`, but \`${ISSUER}\` was asked for`,
  ],
  [
    ISSUER,
    { code_challenge_methods_supported: ['plain'] },
    'unsupported',
    'the authorization server does not advertise PKCE with `S256`',
  ],
  [
    ISSUER,
    { response_types_supported: ['token'] },
    'unsupported',
    'the authorization server does not offer the response type `code`',
  ],
  [ISSUER, { token_endpoint: 7 }, 'not_conform', '`token_endpoint` is no absolute URL'],
  [
    ISSUER,
    // A URL object's text would be acceptable: what a document holds must be a string.
    { token_endpoint: [`${ISSUER}/token`] },
    'not_conform',
    '`token_endpoint` is no absolute URL',
  ],
  [
    ISSUER,
    { token_endpoint: 'https://evil.example/token' },
    'unacceptable_url',
    "`token_endpoint` is on `https://evil.example`, which is neither the issuer's origin nor allowed",
  ],
])(
  'RFC 8414 §3.3: metadata of `%s` with %j fails in words',
  async (issuer, more, reason, words) => {
    const { network } = cannedNetwork({ [PLACE]: json({ ...SERVER_DOCUMENT, ...more }) })
    const failure = await failureOf(discoverServer(issuer, [], network))
    expect(said(failure)).toEqual(failing('server_metadata', reason, words))
  },
)

test('RFC 7591 §3: a registration fails in words', async () => {
  const request = { clientName: 'Test', redirectUri }
  const { registration_endpoint: _, ...without } = SERVER
  expect(
    said(await failureOf(registerClient(without, request, cannedNetwork({}).network))),
  ).toEqual(
    failing(
      'registration',
      'unsupported',
      `\`${ISSUER}\` offers no registration; a client id of its own is needed`,
    ),
  )
  const answer = {
    client_id: 'c1',
    client_secret: 's',
    client_secret_expires_at: 0,
    token_endpoint_auth_method: 'client_secret_jwt',
  }
  const odd = cannedNetwork({ [`${ISSUER}/register`]: json(answer, 201) })
  expect(said(await failureOf(registerClient(SERVER, request, odd.network)))).toEqual(
    failing(
      'registration',
      'unsupported',
      'the server registered an authentication method that was not asked for',
    ),
  )
})

test('RFC 7591 §3.2.1: a method that takes a secret, with none given, is that of a public client', async () => {
  const answer = { client_id: 'c1', token_endpoint_auth_method: 'client_secret_basic' }
  const { network } = cannedNetwork({ [`${ISSUER}/register`]: json(answer, 201) })
  const registered = await registerClient(SERVER, { clientName: 'Test', redirectUri }, network)
  expect(registered.authentication).toEqual({ method: 'none' })
})

const redeem = (answer: () => Response) =>
  failureOf(
    redeemCode(
      SERVER,
      client,
      transaction,
      callback,
      cannedNetwork({ [`${ISSUER}/token`]: answer }).network,
    ),
  )
const refresh = (answer: () => Response) =>
  failureOf(
    refreshTokens(
      SERVER,
      client,
      'r1',
      RESOURCE,
      cannedNetwork({ [`${ISSUER}/token`]: answer }).network,
    ),
  )
const revoke = (answer: () => Response) =>
  failureOf(
    revokeToken(
      SERVER,
      client,
      'r1',
      'refresh_token',
      cannedNetwork({ [`${ISSUER}/revoke`]: answer }).network,
    ),
  )
const broken = () => {
  throw new TypeError('fetch failed')
}
const brokenOff = () =>
  new Response(
    new ReadableStream({
      start: (controller) => {
        controller.error(new Error('reset'))
      },
    }),
    { headers: { 'content-type': 'application/json' } },
  )
const bound = json({ access_token: 'a', token_type: 'DPoP' })

test.each<[string, () => Promise<unknown>, ReturnType<typeof failing>]>([
  [
    'a code, and no connection',
    () => redeem(broken),
    failing('token', 'unreachable', 'no answer from the token endpoint', true),
  ],
  [
    'a code, and half an answer',
    () => redeem(brokenOff),
    failing(
      'token',
      'not_conform',
      'the token endpoint answered 200, not as the RFC says: failed to parse "response" body as JSON',
    ),
  ],
  [
    'a code, and another type of token',
    () => redeem(bound),
    failing('token', 'unsupported', 'the token type is `dpop`, not `bearer`'),
  ],
  [
    'a refresh token, and another type of token',
    () => refresh(bound),
    failing('refresh', 'unsupported', 'the token type is `dpop`, not `bearer`'),
  ],
  [
    'a refresh token, and no connection',
    () => refresh(broken),
    failing('refresh', 'unreachable', 'no answer from the token endpoint', true),
  ],
  [
    'a refresh token, and a challenge without error',
    () =>
      refresh(() => new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic' } })),
    failing('refresh', 'refused', 'the token endpoint answered `invalid_client`'),
  ],
  [
    'a refresh token, and an answer without a token',
    () => refresh(json({ token_type: 'bearer' })),
    failing(
      'refresh',
      'not_conform',
      'the token endpoint answered 200, not as the RFC says: "response" body "access_token" property must be a string',
    ),
  ],
  [
    'a revocation, and no connection',
    () => revoke(broken),
    failing('revocation', 'unreachable', 'no answer from the revocation endpoint', true),
  ],
])('RFC 6749 §5.2: %s fails in words', async (_, run, expected) => {
  expect(said(await run())).toEqual(expected)
})

test('RFC 7009 §2: a server without revocation fails in words', async () => {
  const { revocation_endpoint: _, ...without } = SERVER
  const { network } = cannedNetwork({})
  const failure = await failureOf(revokeToken(without, client, 'r1', 'refresh_token', network))
  expect(said(failure)).toEqual(
    failing('revocation', 'unsupported', `\`${ISSUER}\` offers no revocation`),
  )
})

test('an answer that breaks off keeps what broke it, for the log', async () => {
  const { network } = cannedNetwork({ [PRM]: brokenOff })
  const failure = await failureOf(fetchResourceMetadata(new URL(RESOURCE), PRM, network))
  expect(said(failure)).toEqual(
    failing('resource_metadata', 'unreachable', `the answer of \`${PRM}\` broke off`, true),
  )
})
