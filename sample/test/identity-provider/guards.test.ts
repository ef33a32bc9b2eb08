// What the provider refuses at its door: registrations, hosts, forms; and what its pages carry (attacks O-*).
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import {
  startIdentityProvider,
  type IdentityProvider,
} from '../../src/identity-provider/identity-provider.ts'

const RESOURCE = 'http://127.0.0.1:8443/mcp'
let provider: IdentityProvider

beforeAll(async () => {
  provider = await startIdentityProvider({ resources: [RESOURCE] })
})
afterAll(() => provider.stop())

const NATIVE = {
  client_name: 'Test',
  redirect_uris: ['http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
}

// The challenge is that of RFC 7636 appendix B.
const AUTHORIZE = {
  response_type: 'code',
  client_id: 'acme-agent',
  redirect_uri: 'http://127.0.0.1:50000/callback',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
}

test('RFC 7591 §3.2.1: a client that says little is registered as a public native one', async () => {
  const { status, body } = await register({ redirect_uris: ['http://localhost:3000/cb'] })
  expect(status).toBe(201)
  expect(body).toMatchObject({ application_type: 'native', token_endpoint_auth_method: 'none' })
  expect(body).not.toHaveProperty('client_secret')
})

test('RFC 7591 §2: unknown scopes and foreign URLs are left out, the rest is registered', async () => {
  const { status, body } = await register({
    ...NATIVE,
    application_type: 'web',
    scope: 'openid offline_access everything',
    client_uri: 'https://elsewhere.example',
    logo_uri: 'https://elsewhere.example/logo.png',
    jwks_uri: 'http://169.254.169.254/latest',
  })
  expect(status).toBe(201)
  expect(JSON.stringify(body)).not.toMatch(/elsewhere|169\.254|offline_access/)
  expect(body['application_type']).toBe('native')
})

test.each([
  'https://client.example/cb',
  'http://127.1/cb',
  'http://0x7f000001/cb',
  'http://localhost.evil.example/cb',
  'http://127.0.0.1@evil.example/cb',
  'http://127.0.0.1/cb#fragment',
  'http://127.0.0.1\\@evil.example/cb',
  'javascript:alert(1)',
  'cursor://callback',
])('O-01 RFC 9700 §4.1: the redirect %s cannot be registered', async (redirect) => {
  const { status, body } = await register({ ...NATIVE, redirect_uris: [redirect] })
  expect(status).toBe(400)
  expect(body['error']).toBe('invalid_redirect_uri')
})

test.each(['client_credentials', 'implicit', 'urn:ietf:params:oauth:grant-type:token-exchange'])(
  'O-38: the grant %s is not for those who register themselves',
  async (grant) => {
    const { status, body } = await register({ ...NATIVE, grant_types: [grant] })
    expect(status).toBe(400)
    expect(body['error']).toBe('invalid_client_metadata')
  },
)

test('O-15: more than 16 KiB are no registration', async () => {
  const { status } = await register({ ...NATIVE, client_name: 'x'.repeat(17_000) })
  expect(status).toBe(413)
})

test('O-33: another Host is answered 421 and changes no document', async () => {
  const answer = await raw(
    'GET /.well-known/openid-configuration HTTP/1.1\r\nHost: evil.example\r\n\r\n',
  )
  expect(answer).toMatch(/^HTTP\/1\.1 421 /)
  const host = new URL(provider.issuer).host
  const forwarded = await raw(
    `GET /.well-known/openid-configuration HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n`,
  )
  expect(forwarded).toMatch(/^HTTP\/1\.1 200 /)
  expect(forwarded).not.toContain('evil')
})

test('O-04 RFC 9700 §4.11: an unknown client or redirect gets a page and is sent nowhere', async () => {
  for (const query of [
    'client_id=nobody',
    'client_id=acme-agent&redirect_uri=http://evil.example/cb',
  ]) {
    const response = await fetch(`${provider.issuer}/authorize?response_type=code&${query}`, {
      redirect: 'manual',
    })
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expectPageHeaders(response)
  }
})

test.each(['fragment', 'form_post', 'web_message'])(
  'O-26: the response mode %s is refused, whatever else is right',
  async (mode) => {
    const query = new URLSearchParams({ ...AUTHORIZE, response_mode: mode })
    const url = `${provider.issuer}/authorize?${query.toString()}`
    const response = await fetch(url, { redirect: 'manual' })
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  },
)

test('O-06, O-14 RFC 9700 §4.16: the sign-in page has no script, no frame and nothing from elsewhere', async () => {
  const { response, page } = await openSignIn()
  expectPageHeaders(response)
  expect(page).not.toMatch(/<script|https?:\/\/(?!127\.0\.0\.1)/)
  expect(page).toContain('<html lang="en">')
  const style = /<style>([^]*)<\/style>/.exec(page)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(response.headers.get('content-security-policy')).toContain(`'sha256-${hash}'`)
  expect(page).toMatch(/<label for="username">/)
  expect(response.headers.get('content-security-policy')).toContain(
    "form-action 'self' http://127.0.0.1:50000",
  )
})

test('O-10: a form without its token, or sent from another site, is refused', async () => {
  const { url, cookie, csrf } = await openSignIn()
  const good = { csrf, username: 'alice', password: 'alice-sample' }
  const send = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: 'POST',
      headers: { cookie, ...headers },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    })
  expect((await send({ ...good, csrf: 'guessed' })).status).toBe(403)
  expect((await send(good, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await send(good, { cookie: '' })).status).toBe(400)
  expect((await send(good)).status).toBe(303)
})

test('O-16: what a client calls itself is escaped, shortened and cannot turn the text around', async () => {
  const name = `<img src=x onerror=alert(1)>\u202e${'n'.repeat(150)}`
  const { body } = await register({ ...NATIVE, client_name: name })
  const { url, cookie, csrf } = await openSignIn(String(body['client_id']))
  const posted = await fetch(url, {
    method: 'POST',
    headers: { cookie },
    body: new URLSearchParams({ csrf, username: 'alice', password: 'alice-sample' }),
    redirect: 'manual',
  })
  const resumed = await follow(posted, cookie)
  const page = await (await follow(resumed.response, resumed.cookie)).response.text()
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(page).toContain('unverified')
  expect(page).not.toContain('\u202e')
  expect(page).toContain('…</bdi>')
})

async function register(metadata: object) {
  const response = await fetch(`${provider.issuer}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  })
  const text = await response.text()
  const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
  return { status: response.status, body }
}

async function openSignIn(clientId = AUTHORIZE.client_id) {
  const query = new URLSearchParams({ ...AUTHORIZE, client_id: clientId })
  const started = await fetch(`${provider.issuer}/authorize?${query.toString()}`, {
    redirect: 'manual',
  })
  const { response, cookie, url } = await follow(started, '')
  const page = await response.clone().text()
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
  return { response, page, url, cookie, csrf }
}

async function follow(response: Response, before: string) {
  const cookies = new Map<string, string>()
  const fresh = response.headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '')
  for (const pair of [...before.split('; '), ...fresh])
    cookies.set(pair.split('=', 1)[0] ?? '', pair)
  const cookie = [...cookies.values()].filter((pair) => pair !== '').join('; ')
  const url = new URL(response.headers.get('location') ?? '', provider.issuer)
  return { url, cookie, response: await fetch(url, { headers: { cookie }, redirect: 'manual' }) }
}

function expectPageHeaders(response: Response) {
  expect(response.headers.get('x-frame-options')).toBe('DENY')
  expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'$/,
  )
}

function raw(request: string): Promise<string> {
  const { port } = new URL(provider.issuer)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(request))
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}
