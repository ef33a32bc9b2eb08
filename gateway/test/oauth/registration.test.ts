import { expect, test } from 'vitest'
import { registerClient } from '../../src/oauth/registration.ts'
import { cannedNetwork, failureOf, ISSUER, json, SERVER } from './answers.ts'

const REGISTER = `${ISSUER}/register`
const request = { clientName: 'Test', redirectUri: 'http://127.0.0.1/callback' }

test('RFC 7591 §2: a native public client with a loopback redirect is registered', async () => {
  const { network, sent } = cannedNetwork({ [REGISTER]: json({ client_id: 'c1' }, 201) })
  const client = await registerClient(SERVER, request, network)
  expect(client).toEqual({ issuer: ISSUER, clientId: 'c1', authentication: { method: 'none' } })
  expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
    client_name: 'Test',
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  })
})

test('RFC 7591 §2: a scope is asked for where there is one', async () => {
  const { network, sent } = cannedNetwork({ [REGISTER]: json({ client_id: 'c1' }, 201) })
  await registerClient(SERVER, { ...request, scope: 'a b' }, network)
  expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ scope: 'a b' })
})

test.each(['client_secret_basic', 'client_secret_post'] as const)(
  'RFC 7591 §3.2.1: a server may register %s instead',
  async (method) => {
    const answer = {
      client_id: 'c1',
      client_secret: 's',
      client_secret_expires_at: 0,
      token_endpoint_auth_method: method,
    }
    const { network } = cannedNetwork({ [REGISTER]: json(answer, 201) })
    const client = await registerClient(SERVER, request, network)
    expect(client.authentication).toEqual({ method, clientSecret: 's' })
  },
)

test('RFC 7591 §3.2.1: a secret without the time of its end is taken all the same', async () => {
  const method = 'client_secret_basic'
  const answer = { client_id: 'c1', client_secret: 's', token_endpoint_auth_method: method }
  const { network } = cannedNetwork({ [REGISTER]: json(answer, 201) })
  const client = await registerClient(SERVER, request, network)
  expect(client.authentication).toEqual({ method, clientSecret: 's' })
})

test.each(['none', undefined])('a secret that belongs to method %j is not used', async (method) => {
  const answer = {
    client_id: 'c1',
    client_secret: 's',
    client_secret_expires_at: 0,
    token_endpoint_auth_method: method,
  }
  const { network } = cannedNetwork({ [REGISTER]: json(answer, 201) })
  const client = await registerClient(SERVER, request, network)
  expect(client.authentication).toEqual({ method: 'none' })
})

test('RFC 7591 §3.2.1: a method that we do not speak is refused', async () => {
  const answer = {
    client_id: 'c1',
    client_secret: 's',
    client_secret_expires_at: 0,
    token_endpoint_auth_method: 'client_secret_jwt',
  }
  const { network } = cannedNetwork({ [REGISTER]: json(answer, 201) })
  const failure = await failureOf(registerClient(SERVER, request, network))
  expect(failure).toMatchObject({ step: 'registration', reason: 'unsupported' })
})

test('RFC 7591 §3.2.2: an error of the server is kept apart from our words', async () => {
  const answer = { error: 'invalid_redirect_uri', error_description: '\u001b[31mno' }
  const { network } = cannedNetwork({ [REGISTER]: json(answer, 400) })
  const failure = await failureOf(registerClient(SERVER, request, network))
  expect(failure).toMatchObject({
    reason: 'refused',
    message: 'the registration endpoint answered `invalid_redirect_uri`',
    serverError: { error: 'invalid_redirect_uri', description: '\u001b[31mno' },
  })
})

test('RFC 7591 §3.2.1: an answer without client_id is refused', async () => {
  const { network } = cannedNetwork({ [REGISTER]: json({}, 201) })
  const failure = await failureOf(registerClient(SERVER, request, network))
  expect(failure).toMatchObject({ reason: 'not_conform' })
})

test('a server without registration is named', async () => {
  const { registration_endpoint: _, ...server } = SERVER
  const { network, sent } = cannedNetwork({})
  const failure = await failureOf(registerClient(server, request, network))
  expect(failure).toMatchObject({ reason: 'unsupported' })
  expect(sent).toEqual([])
})
