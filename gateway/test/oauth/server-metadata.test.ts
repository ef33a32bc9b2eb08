import { expect, test } from 'vitest'
import { discoverServer } from '../../src/oauth/server-metadata.ts'
import { serverMetadataUrls } from '../../src/oauth/well-known.ts'
import { cannedNetwork, failureOf, ISSUER, json, SERVER, SERVER_DOCUMENT } from './answers.ts'

const PLACE = `${ISSUER}/.well-known/oauth-authorization-server`

test('RFC 8414 §3.1: an issuer with a path has three places, in the order of MCP authorization', () => {
  expect(serverMetadataUrls(new URL('https://h.example/realms/acme'))).toEqual([
    'https://h.example/.well-known/oauth-authorization-server/realms/acme',
    'https://h.example/.well-known/openid-configuration/realms/acme',
    'https://h.example/realms/acme/.well-known/openid-configuration',
  ])
})

test('RFC 8414 §3.1: an issuer without a path has two', () => {
  expect(serverMetadataUrls(new URL(ISSUER))).toEqual([
    `${ISSUER}/.well-known/oauth-authorization-server`,
    `${ISSUER}/.well-known/openid-configuration`,
  ])
})

test('RFC 8414 §2: what is needed of the document is kept', async () => {
  const { network } = cannedNetwork({ [PLACE]: json(SERVER_DOCUMENT) })
  expect(await discoverServer(ISSUER, [], network)).toEqual(SERVER)
})

test('RFC 8414 §2: registration, revocation and iss are optional', async () => {
  const { authorization_endpoint, token_endpoint, code_challenge_methods_supported } =
    SERVER_DOCUMENT
  const least = {
    issuer: ISSUER,
    authorization_endpoint,
    token_endpoint,
    code_challenge_methods_supported,
  }
  const { network } = cannedNetwork({ [PLACE]: json(least) })
  expect(await discoverServer(ISSUER, [], network)).toEqual({
    issuer: ISSUER,
    authorization_endpoint,
    token_endpoint,
    authorization_response_iss_parameter_supported: false,
  })
})

test.each([
  'https://login.acme.example/',
  'https://LOGIN.acme.example',
  'https://evil.example',
  7,
  undefined,
])(
  'RFC 8414 §3.3: issuer %j is not the one that was asked for, compared as strings',
  async (issuer) => {
    const { network } = cannedNetwork({ [PLACE]: json({ ...SERVER_DOCUMENT, issuer }) })
    const failure = await failureOf(discoverServer(ISSUER, [], network))
    expect(failure).toMatchObject({ step: 'server_metadata', reason: 'mismatch' })
  },
)

test.each([undefined, [], ['plain'], 'S256'])(
  'MCP authorization: code_challenge_methods_supported %j is refused',
  async (methods) => {
    const document = { ...SERVER_DOCUMENT, code_challenge_methods_supported: methods }
    const { network } = cannedNetwork({ [PLACE]: json(document) })
    const failure = await failureOf(discoverServer(ISSUER, [], network))
    expect(failure).toMatchObject({ reason: 'unsupported' })
  },
)

test('RFC 8414 §2: a server without the response type `code` is refused', async () => {
  const document = { ...SERVER_DOCUMENT, response_types_supported: ['token'] }
  const { network } = cannedNetwork({ [PLACE]: json(document) })
  const failure = await failureOf(discoverServer(ISSUER, [], network))
  expect(failure).toMatchObject({ reason: 'unsupported' })
})

test.each([
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
])('O-07: %s on a foreign origin is refused unless it is listed', async (endpoint) => {
  const document = { ...SERVER_DOCUMENT, [endpoint]: 'https://elsewhere.example/x' }
  const { network } = cannedNetwork({ [PLACE]: json(document) })
  const failure = await failureOf(discoverServer(ISSUER, [], network))
  expect(failure).toMatchObject({ reason: 'unacceptable_url' })
  const allowed = await discoverServer(ISSUER, ['https://elsewhere.example'], network)
  expect(allowed).toMatchObject({ [endpoint]: 'https://elsewhere.example/x' })
})

test.each([
  ['javascript:alert(1)', 'unacceptable_url'],
  ['data:text/html,x', 'unacceptable_url'],
  ['http://login.acme.example/authorize', 'unacceptable_url'],
  ['https://user@login.acme.example/authorize', 'unacceptable_url'],
  [undefined, 'not_conform'],
])('O-03: authorization_endpoint %j is refused', async (authorization_endpoint, reason) => {
  const { network } = cannedNetwork({
    [PLACE]: json({ ...SERVER_DOCUMENT, authorization_endpoint }),
  })
  expect(await failureOf(discoverServer(ISSUER, [], network))).toMatchObject({ reason })
})

test.each(['https://login.acme.example?x=1', 'https://login.acme.example#x'])(
  'RFC 8414 §2: `%s` is no issuer',
  async (issuer) => {
    const { network, sent } = cannedNetwork({})
    const failure = await failureOf(discoverServer(issuer, [], network))
    expect(failure).toMatchObject({ reason: 'not_conform' })
    expect(sent).toEqual([])
  },
)

test.each(['http://127.0.0.1:4000', 'http://[::1]:4000', 'http://localhost:4000'])(
  'MCP authorization: plain http to `%s` needs a resource on loopback',
  async (issuer) => {
    const document = {
      ...SERVER_DOCUMENT,
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      registration_endpoint: undefined,
      revocation_endpoint: undefined,
    }
    const places = { [`${issuer}/.well-known/oauth-authorization-server`]: json(document) }
    const local = cannedNetwork(places, true)
    expect((await discoverServer(issuer, [], local.network)).issuer).toBe(issuer)
    const remote = cannedNetwork(places, false)
    const failure = await failureOf(discoverServer(issuer, [], remote.network))
    expect(failure).toMatchObject({ reason: 'unacceptable_url' })
  },
)

test.each(['http://127.0.0.1.evil.example', 'http://localhost.evil.example'])(
  'O-02: `%s` is not loopback',
  async (issuer) => {
    const { network } = cannedNetwork({}, true)
    const failure = await failureOf(discoverServer(issuer, [], network))
    expect(failure).toMatchObject({ reason: 'unacceptable_url' })
  },
)

test('a connection that fails is told from a refusal', async () => {
  const { network } = cannedNetwork({
    [PLACE]: () => {
      throw new TypeError('fetch failed')
    },
  })
  const failure = await failureOf(discoverServer(ISSUER, [], network))
  expect(failure).toMatchObject({ reason: 'unreachable' })
})

test('an answer that breaks off is told from a refusal', async () => {
  const broken = () => {
    const body = new ReadableStream({
      start: (controller) => {
        controller.error(new Error('reset'))
      },
    })
    return new Response(body, { headers: { 'content-type': 'application/json' } })
  }
  const { network } = cannedNetwork({ [PLACE]: broken })
  const failure = await failureOf(discoverServer(ISSUER, [], network))
  expect(failure).toMatchObject({ reason: 'unreachable' })
})
