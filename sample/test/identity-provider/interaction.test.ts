// What a person meets on the pages: a second sign-in, another person at the same browser, too many wrong passwords.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  startIdentityProvider,
  type IdentityProvider,
} from '../../src/identity-provider/identity-provider.ts'

const RESOURCE = 'http://127.0.0.1:8443/mcp'
let provider: IdentityProvider
let cookies: Map<string, string>

beforeAll(async () => {
  provider = await startIdentityProvider({ resources: [RESOURCE] })
})
afterAll(() => provider.stop())
beforeEach(() => {
  cookies = new Map()
})

test('RFC 8252 §8.6: a native client asks again each time, though the person is still signed in', async () => {
  const first = await submit(await signInAs('alice'), { decision: 'allow' })
  expect(first.url.searchParams.has('code')).toBe(true)
  const again = await open()
  expect(again.page).toContain('Allow access?')
  expect(again.page).toContain('Alice Amsel')
})

test('"I am somebody else" ends the session and asks who it is', async () => {
  const asked = await submit(await signInAs('alice'), { decision: 'switch' })
  expect(asked.page).toContain('name="password"')
  const consent = await submit(asked, { username: 'bob', password: 'bob-sample' })
  expect(consent.page).toContain('Bob Brandt')
})

test('D-15: five wrong passwords end the request, four do not', async () => {
  let screen = await open()
  for (let attempt = 1; attempt < 5; attempt++) {
    screen = await submit(screen, { username: 'alice', password: 'guess' })
    expect(screen.status).toBe(422)
    expect(screen.page).toContain('role="alert"')
  }
  const ended = await submit(screen, { username: 'alice', password: 'guess' })
  expect(ended.url.searchParams.get('error')).toBe('access_denied')
  expect(ended.url.searchParams.get('iss')).toBe(provider.issuer)
})

test('the name that was typed stays, the password does not', async () => {
  const { page } = await submit(await open(), { username: '"><b>', password: 'secret-guess' })
  expect(page).toContain('value="&quot;&gt;&lt;b&gt;"')
  expect(page).not.toContain('secret-guess')
})

test('O-12: another browser cannot go on with the request', async () => {
  const { url } = await open()
  cookies = new Map()
  const { status, page } = await visit(url)
  expect(status).toBe(400)
  expect(page).toContain('belongs to another browser')
})

type Screen = { readonly url: URL; readonly status: number; readonly page: string }

async function signInAs(username: string) {
  return await submit(await open(), { username, password: `${username}-sample` })
}

function open() {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'acme-agent',
    redirect_uri: 'http://127.0.0.1:50000/callback',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  return visit(new URL(`${provider.issuer}/authorize?${query.toString()}`))
}

function submit({ url, page }: Screen, fields: Record<string, string>) {
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
  return visit(url, new URLSearchParams({ csrf, ...fields }))
}

// Follows redirects as long as they stay at the provider.
async function visit(url: URL, form?: URLSearchParams): Promise<Screen> {
  const cookie = [...cookies.values()].join('; ')
  const sent = form === undefined ? {} : { method: 'POST', body: form }
  const response = await fetch(url, { ...sent, headers: { cookie }, redirect: 'manual' })
  for (const line of response.headers.getSetCookie()) {
    const pair = line.split(';', 1)[0] ?? ''
    cookies.set(pair.split('=', 1)[0] ?? '', pair)
  }
  const location = response.headers.get('location')
  if (location === null) return { url, status: response.status, page: await response.text() }
  const next = new URL(location, url)
  if (next.origin === provider.issuer) return await visit(next)
  return { url: next, status: response.status, page: '' }
}
