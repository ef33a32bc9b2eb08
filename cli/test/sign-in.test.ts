import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIdentityProvider } from '@sallyport/sample/identity-provider/identity-provider.ts'
import type { IdentityProvider } from '@sallyport/sample/identity-provider/identity-provider.ts'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SignIns } from '../src/sign-in/token-file.ts'
import { signInAs } from './world/browser.ts'
import { sallyport } from './world/test-terminal.ts'
import type { TestTerminalOptions } from './world/test-terminal.ts'
import { startToyServer } from './world/toy-server.ts'
import type { ToyServer } from './world/toy-server.ts'

const ALICE = { username: 'alice', password: 'alice-sample' }
const TOKEN_SECONDS = 300

let provider: IdentityProvider
let server: ToyServer
let folder: string

beforeAll(async () => {
  let issuers: readonly string[] = []
  server = await startToyServer({
    issuers: () => issuers,
    accepts: async (token) => {
      const keys = createRemoteJWKSet(new URL(`${provider.issuer}/jwks`))
      const claims = { issuer: provider.issuer, audience: server.resource }
      return jwtVerify(token, keys, claims).then(
        () => true,
        () => false,
      )
    },
  })
  provider = await startIdentityProvider({
    resources: [server.resource],
    accessTokenSeconds: TOKEN_SECONDS,
    controls: true,
  })
  issuers = [provider.issuer]
})
afterAll(async () => {
  await provider.stop()
  await server.close()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-cli-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** A command whose browser is used by Alice, unless somebody else is named. */
async function run(words: readonly string[], options: TestTerminalOptions = {}) {
  const pages: Promise<{ status: number; page: string }>[] = []
  const ran = await sallyport(words, {
    environment: { XDG_CONFIG_HOME: folder },
    browse: (url) => void pages.push(signInAs(ALICE, url)),
    ...options,
  })
  return { ...ran, pages: await Promise.all(pages) }
}

async function stored(): Promise<SignIns> {
  return JSON.parse(await readFile(join(folder, 'sallyport', 'sign-ins.json'), 'utf8')) as SignIns
}

const seen = (path: string) => provider.controls?.seen()[path] ?? 0
const later = (seconds: number) => ({ nowMs: () => Date.now() + seconds * 1000 })

test('MCP authorization: from a bare URL to a result, and out again', async () => {
  const signedIn = await run(['login', server.url, '--json'])
  expect(signedIn.note).toContain('/authorize?')
  expect(signedIn.code).toBe(0)
  expect(signedIn.pages[0]?.page).toContain('Signed in.')
  expect(JSON.parse(signedIn.out)).toMatchObject({
    signedIn: true,
    resource: server.resource,
    issuer: provider.issuer,
    refreshed: true,
  })
  const listed = await run(['tools', server.url])
  expect(listed.out).toContain('echo')
  const called = await run(['call', server.url, 'echo', '--arg', 'text=hello', '--json'])
  expect(JSON.parse(called.out)).toMatchObject({ structuredContent: { got: { text: 'hello' } } })
  const refreshToken = (await stored()).grants[0]?.refreshToken ?? ''
  const signedOut = await run(['logout', server.url, '--json'])
  expect(JSON.parse(signedOut.out)).toMatchObject({ wasSignedIn: true, revoked: ['refresh_token'] })
  expect((await stored()).grants).toEqual([])
  expect((await run(['tools', server.url])).code).toBe(77)
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken })
  body.set('client_id', (await stored()).clients[0]?.clientId ?? '')
  const spent = await fetch(`${provider.issuer}/token`, { method: 'POST', body })
  expect(await spent.json()).toMatchObject({ error: 'invalid_grant' })
})

test('P-07: tokens are in a file of mode 0600 and nowhere in the output', async () => {
  const { out, note } = await run(['login', server.url, '--json'])
  const file = await stat(join(folder, 'sallyport', 'sign-ins.json'))
  expect(file.mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'sallyport'))).mode & 0o777).toBe(0o700)
  const [grant] = (await stored()).grants
  expect(grant?.accessToken).toMatch(/^ey/)
  for (const secret of [grant?.accessToken ?? '', grant?.refreshToken ?? '']) {
    expect(out + note).not.toContain(secret)
  }
})

test('P-07: a file that others may read is closed when it is read', async () => {
  await run(['login', server.url])
  const path = join(folder, 'sallyport', 'sign-ins.json')
  const { chmod } = await import('node:fs/promises')
  await chmod(path, 0o644)
  await run(['tools', server.url])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('RFC 6749 §6: a token that ends is refreshed before it is used', async () => {
  await run(['login', server.url])
  const before = (await stored()).grants[0]
  const { code } = await run(['tools', server.url], later(TOKEN_SECONDS))
  expect(code).toBe(0)
  const after = (await stored()).grants[0]
  expect(after?.accessToken).not.toBe(before?.accessToken)
  expect(after?.refreshToken).not.toBe(before?.refreshToken)
  expect(after?.scope).toBe('mcp')
})

test('RFC 9700 §4.14.2: commands at the same time spend one refresh token, not five', async () => {
  await run(['login', server.url])
  const before = seen('/token')
  const runs = Array.from({ length: 5 }, () => run(['tools', server.url], later(TOKEN_SECONDS)))
  expect((await Promise.all(runs)).map(({ code }) => code)).toEqual([0, 0, 0, 0, 0])
  expect(seen('/token') - before).toBe(1)
})

test('a token that the server refuses is renewed once', async () => {
  await run(['login', server.url])
  const signIns = await stored()
  const grants = signIns.grants.map((grant) => ({ ...grant, accessToken: 'revoked' }))
  await writeFile(
    join(folder, 'sallyport', 'sign-ins.json'),
    JSON.stringify({ ...signIns, grants }),
  )
  expect((await run(['tools', server.url])).code).toBe(0)
})

test('RFC 6749 §5.2: after invalid_grant the grant is forgotten, and the person told to sign in', async () => {
  await run(['login', server.url])
  const signIns = await stored()
  const grants = signIns.grants.map((grant) => ({ ...grant, refreshToken: 'spent' }))
  await writeFile(
    join(folder, 'sallyport', 'sign-ins.json'),
    JSON.stringify({ ...signIns, grants }),
  )
  const { code, note } = await run(['tools', server.url], later(TOKEN_SECONDS))
  expect(code).toBe(77)
  expect(note).toContain('sallyport login')
  expect((await stored()).grants).toEqual([])
})

test('RFC 7591: a registration is used again at the next sign-in', async () => {
  const before = seen('/register')
  await run(['login', server.url])
  await run(['login', server.url])
  expect(seen('/register') - before).toBe(1)
  expect((await stored()).clients).toHaveLength(1)
  expect((await stored()).grants).toHaveLength(1)
})

test('a registration that the server forgot is made again', async () => {
  await run(['login', server.url])
  const signIns = await stored()
  const clients = signIns.clients.map((client) => ({ ...client, clientId: 'forgotten' }))
  await writeFile(
    join(folder, 'sallyport', 'sign-ins.json'),
    JSON.stringify({ ...signIns, clients }),
  )
  const { code } = await run(['login', server.url])
  expect(code).toBe(0)
  expect((await stored()).clients[0]?.clientId).not.toBe('forgotten')
})

test('a client that was registered by hand is used as it is', async () => {
  const before = seen('/register')
  const { code, out } = await run(['login', server.url, '--client-id', 'acme-agent', '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ clientId: 'acme-agent' })
  expect(seen('/register') - before).toBe(0)
})

test('RFC 6749 §4.1.2.1: a person who refuses ends the sign-in, in the words of the server', async () => {
  const { code, note } = await run(['login', server.url], {
    browse: (url) => void signInAs({ ...ALICE, decision: 'deny' }, url),
  })
  expect(code).toBe(77)
  expect(note).toContain('the authorization server answered `access_denied`')
})

test('nobody at the browser: the wait ends', async () => {
  const { code, note } = await run(['login', server.url, '--timeout', '0'], {
    browse: () => undefined,
  })
  expect(code).toBe(77)
  expect(note).toContain('nobody signed in in time')
})

test('O-07, RFC 9700 §4.7: answers to nobody’s request are refused while the right one is awaited', async () => {
  const strangers: Promise<Response>[] = []
  const { code } = await run(['login', server.url], {
    browse: (address) => {
      const redirect = new URL(new URL(address).searchParams.get('redirect_uri') ?? '')
      const iss = encodeURIComponent(provider.issuer)
      const state = new URL(address).searchParams.get('state') ?? ''
      const ask = (query: string) => fetch(`${redirect.href}?${query}`)
      strangers.push(
        ask(`code=x&state=other&iss=${iss}`),
        ask(`code=x&state=${state}&iss=https://evil.example`),
        ask(`code=x&state=${state}`),
        ask(`error=access_denied&state=${state}`),
        fetch(new URL('/favicon.ico', redirect)),
        fetch(`${redirect.href}?code=x&state=${state}&iss=${iss}`, { method: 'POST' }),
      )
      void Promise.all(strangers).then(() => signInAs(ALICE, address))
    },
  })
  const statuses = (await Promise.all(strangers)).map(({ status }) => status)
  expect(statuses).toEqual([400, 400, 400, 400, 404, 404])
  expect(code).toBe(0)
})

test('RFC 8252 §8.3: the page of the redirect allows nothing, and is not kept', async () => {
  const pages: Response[] = []
  await run(['login', server.url], {
    browse: (address) => {
      const redirect = new URL(address).searchParams.get('redirect_uri') ?? ''
      void fetch(`${redirect}?state=x`)
        .then((page) => pages.push(page))
        .then(() => signInAs(ALICE, address))
    },
  })
  expect(pages[0]?.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(pages[0]?.headers.get('cache-control')).toBe('no-store')
})

test('--no-input: nothing is opened, the address is printed', async () => {
  const started: string[] = []
  const ran = run(['login', server.url, '--no-input', '--timeout', '0'], {
    browse: (url) => void started.push(url),
  })
  expect((await ran).note).toMatch(
    /To sign in, go to\n\n {2}http:\/\/127\.0\.0\.1:\d+\/authorize\?/,
  )
  expect(started).toEqual([])
})

test('a server that needs no sign-in says so', async () => {
  const open = await startToyServer()
  const { code, note } = await run(['login', open.url])
  await open.close()
  expect(code).toBe(0)
  expect(note).toBe('The server answers without a sign-in.\n')
})

test('logout without a sign-in is no failure', async () => {
  const { code, note } = await run(['logout', server.url])
  expect({ code, note }).toEqual({ code: 0, note: 'There was no sign-in.\n' })
})

test('RFC 9728: a server whose metadata is nowhere, and one whose issuer is away, are told apart', async () => {
  const refuses = () => false
  const silent = await startToyServer({ accepts: refuses })
  const missing = await run(['login', silent.url])
  expect(missing.code).toBe(77)
  expect(missing.note).toContain('oauth.resource_metadata.not_found')
  const away = await startToyServer({ accepts: refuses, issuers: () => ['http://127.0.0.1:9'] })
  const unreachable = await run(['login', away.url])
  expect(unreachable.code).toBe(69)
  expect(unreachable.note).toContain('oauth.server_metadata.unreachable')
  await Promise.all([silent.close(), away.close()])
})

test('RFC 8414 §3.3, O-07: metadata of another issuer is refused before anybody is sent anywhere', async () => {
  const alias = provider.issuer.replace('127.0.0.1', 'localhost')
  const other = await startToyServer({ accepts: () => false, issuers: () => [alias] })
  const { code, note, pages } = await run(['login', other.url])
  await other.close()
  expect(code).not.toBe(0)
  expect(note).toContain('oauth.server_metadata.')
  expect(pages).toEqual([])
})

test('--issuer chooses among several, and nothing else', async () => {
  expect((await run(['login', server.url, '--issuer', provider.issuer])).code).toBe(0)
  const { code, note } = await run(['login', server.url, '--issuer', 'https://evil.example'])
  expect(code).toBe(64)
  expect(note).toContain(provider.issuer)
})

test('P-07: the secret of a client comes by file, and not without the client', async () => {
  const { code, note } = await run(['login', server.url, '--client-secret-file', 'x'])
  expect(code).toBe(64)
  expect(note).toContain('--client-id')
})
