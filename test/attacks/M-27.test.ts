// What authentication depends on fails: each dependency refuses, hangs, resets, answers errors or nonsense. Whatever
// happens, nobody comes in for it, and nobody is taken for somebody else.
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../bench/src/free-port.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createSigningKey } from '../support/issuer.ts'
import { createMovableClock } from '../support/movable-clock.ts'
import { present } from '../support/present.ts'

const foreign = createSigningKey('test-key-1')
const publicKey = { ...foreign.publicKey.export({ format: 'jwk' }), kid: 'test-key-1', use: 'sig' }

const send =
  (status: number, type: string, body: string | Buffer): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': type }).end(body)
const json = (body: string, status = 200) => send(status, 'application/json', body)

/** What stands where the issuer's metadata or its keys should be. Each would have a good key if it were believed. */
const FAILURES: Readonly<Record<string, RequestListener>> = {
  'resets the connection': (request) => void request.socket.resetAndDestroy(),
  'never answers': () => undefined,
  'stops in the middle': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 })
    response.write('{"keys":[', () => void response.destroy())
  },
  'answers 401': json(JSON.stringify({ keys: [publicKey] }), 401),
  'answers 403': json(JSON.stringify({ keys: [publicKey] }), 403),
  'answers 500': json(JSON.stringify({ keys: [publicKey] }), 500),
  'answers 204': (_request, response) => void response.writeHead(204).end(),
  redirects: (_request, response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
  'answers a page': send(200, 'text/html', `<pre>${JSON.stringify({ keys: [publicKey] })}</pre>`),
  'answers no JSON': json('keys!'),
  'answers null': json('null'),
  'answers a list': json(JSON.stringify([publicKey])),
  'answers nothing in it': json('{"keys":[]}'),
  'answers a key that is none': json(
    '{"keys":[{"kty":"RSA","kid":"test-key-1","n":"AA","e":"AQAB"}]}',
  ),
  'answers too much': json(JSON.stringify({ keys: [publicKey], pad: 'x'.repeat(300_000) })),
}
const NAMES = Object.keys(FAILURES)
/** Of these the metadata fails as well: an issuer each, and the configuration takes 32. */
const METADATA = NAMES.slice(0, 9)

const clock = createMovableClock()
const servers: Server[] = []
/** Issuer identifiers by failure: of one the keys fail, of the other already the metadata. */
const issuers = new Map<string, readonly string[]>()
/** Issuers that are good until they fail, each in its own way. */
const turning = new Map<string, string>()
const TURNING = [
  'answers 401',
  'answers 500',
  'answers no JSON',
  'answers nothing in it',
  'resets the connection',
]
let failing = false
let closed: string
let world: TestGateway

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const settings = (issuer: string, more = '') =>
  `{ issuer: "${issuer}", profile: rfc9068, algorithms: [RS256], tags: { groups: groups }, tenant: tenant, staleIfErrorSeconds: 0, allowInsecureIssuer: true${more} }`

beforeAll(async () => {
  const moreIssuers: string[] = []
  for (const [name, listener] of Object.entries(FAILURES)) {
    const keys = await listen(listener)
    moreIssuers.push(settings(keys, `, jwksUri: "${keys}/jwks"`))
    const metadata = METADATA.includes(name) ? [await listen(listener)] : []
    moreIssuers.push(...metadata.map((issuer) => settings(issuer)))
    issuers.set(name, [keys, ...metadata])
  }
  for (const name of TURNING) {
    const good = json(JSON.stringify({ keys: [publicKey] }))
    const issuer = await listen((request, response) =>
      (failing ? FAILURES[name] : good)?.(request, response),
    )
    turning.set(issuer, name)
    moreIssuers.push(settings(issuer, `, jwksUri: "${issuer}/jwks"`))
  }
  closed = `http://127.0.0.1:${await freePort()}`
  moreIssuers.push(settings(closed))
  world = await startTestGateway({ clock, issuerSettings: 'staleIfErrorSeconds: 0', moreIssuers })
})
afterAll(async () => {
  await world.stop()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

/** A token of that issuer; its life is long, so that the clock can be moved. */
function token(issuer: string, key = foreign): string {
  const now = Math.floor(Date.now() / 1000)
  return world.token({ key, claims: { iss: issuer, iat: now, exp: now + 7200 } })
}
const UNAVAILABLE = { status: 503, code: 'identify.keys_unavailable' }

test.each(NAMES)('M-27 oauth §8: where the keys should be, something %s: denied', async (name) => {
  const before = world.callsAtTarget().length
  const failing = issuers.get(name) ?? []
  const outcomes = await Promise.all(failing.map((issuer) => present(world, token(issuer))))
  expect(outcomes).toEqual(failing.map(() => UNAVAILABLE))
  expect(world.callsAtTarget()).toHaveLength(before)
})

test('M-27 oauth §8: nobody listens where the issuer should be: denied', async () => {
  expect(await present(world, token(closed))).toEqual(UNAVAILABLE)
})

test('M-27 RFC 8725 §3.8: the keys of one issuer do not stand in for those of another that fails', async () => {
  for (const [keys = ''] of issuers.values())
    expect((await present(world, token(keys, world.issuer.key))).status).toBe(503)
})

test('M-27 control: a good issuer among all these lets its people in', async () => {
  expect(await present(world, token(world.issuer.issuer, world.issuer.key))).toMatchObject({
    status: 200,
  })
})

test('M-27 oauth §8: keys that were there are over and the issuer fails: denied until it answers again', async () => {
  const outcomes = () =>
    Promise.all([...turning.keys()].map((issuer) => present(world, token(issuer))))
  const all = (outcome: object) =>
    [...turning].map(() => expect.objectContaining(outcome) as object)
  expect(await outcomes()).toEqual(all({ status: 200 }))
  failing = true
  clock.advance(601)
  const before = world.callsAtTarget().length
  expect(await outcomes()).toEqual(all(UNAVAILABLE))
  expect(world.callsAtTarget()).toHaveLength(before)
  failing = false
  clock.advance(31)
  expect(await outcomes()).toEqual(all({ status: 200 }))
})

test('M-27 oauth §10: the list of revocations cannot be read and is too old: denied, known tokens too', async () => {
  const known = token(world.issuer.issuer, world.issuer.key)
  expect((await present(world, known)).status).toBe(200)
  const store = new DatabaseSync(join(world.folder, 'state/state.sqlite'))
  store
    .prepare(
      `INSERT INTO row (kind, id, value, expires_at, revision) VALUES ('revocation', 'x', ?, ?, 1)`,
    )
    .run('{"kind":"of-another-version"}', Date.now() + 1e9)
  store.close()
  clock.advance(901)
  const denied = { status: 503, code: 'identify.revocations_unavailable' }
  expect(await present(world, known)).toEqual(denied)
  expect(await present(world, token(world.issuer.issuer, world.issuer.key))).toEqual(denied)
})
