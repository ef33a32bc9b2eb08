// An issuer, or whoever answers in its place, that sends something else than a small set of public keys: it costs
// bounded time and memory, nobody else is asked, and tokens of the other issuers are judged as ever.
import { createHmac } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { encode, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { present } from '../support/present.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const MOST = 100 * 1024 * 1024
const CHUNK = Buffer.alloc(64 * 1024, ' ')
let sentBytes = 0
let redirected = 0

type Answer = (response: ServerResponse, jwk: Record<string, unknown>) => void

/** Each would be accepted but for the one thing that is wrong with it. */
const HOSTILE = {
  'a set of 300 KiB': (response, jwk) =>
    response
      .writeHead(200, JSON_TYPE)
      .end(`{"keys":[${JSON.stringify(jwk)}]${' '.repeat(300_000)}}`),
  'a set of 100 MB': (response, jwk) => {
    response.writeHead(200, JSON_TYPE).write(`{"keys":[${JSON.stringify(jwk)}]`)
    const more = (): void => {
      while (!response.destroyed && sentBytes < MOST) {
        sentBytes += CHUNK.length
        if (!response.write(CHUNK)) return void response.once('drain', more)
      }
      response.end('}')
    }
    more()
  },
  'a set that drips': (response, jwk) => {
    const text = Buffer.from(`{"keys":[${JSON.stringify(jwk)}]}`)
    response.writeHead(200, JSON_TYPE)
    let at = 0
    const timer = setInterval(() => response.write(text.subarray(at, ++at)), 100)
    response.once('close', () => clearInterval(timer))
  },
  'a set of 1000 keys': (response, jwk) => {
    const more = Array.from({ length: 1000 }, (_, index) => ({ kty: 'EC', kid: `k${index}` }))
    response.writeHead(200, JSON_TYPE).end(JSON.stringify({ keys: [jwk, ...more] }))
  },
  'a redirect to an inner address': (response) =>
    response.writeHead(302, { location: `${innerOrigin}/jwks` }).end(),
  'a page': (response, jwk) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(JSON.stringify({ keys: [jwk] })),
  'an array': (response, jwk) => response.writeHead(200, JSON_TYPE).end(JSON.stringify([jwk])),
  'a status of 500': (response, jwk) =>
    response.writeHead(500, JSON_TYPE).end(JSON.stringify({ keys: [jwk] })),
} as const satisfies Record<string, Answer>

const SECRET = 'x'.repeat(64)
const SYMMETRIC = {
  kty: 'oct',
  kid: 'symmetric',
  use: 'sig',
  alg: 'HS256',
  k: Buffer.from(SECRET).toString('base64url'),
}

const issuers = new Map<string, TestIssuer>()
let innerOrigin = ''
let inner: Server
let mixed: TestIssuer
let world: TestGateway
beforeAll(async () => {
  inner = createServer((_request, response) => {
    redirected++
    response.end()
  })
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
  innerOrigin = `http://127.0.0.1:${(inner.address() as AddressInfo).port}`
  for (const [name, answer] of Object.entries(HOSTILE)) {
    const issuer = await startIssuer()
    const { kid, alg, publicKey } = issuer.key
    issuer.answerKeys((response) =>
      answer(response, { ...publicKey.export({ format: 'jwk' }), kid, alg }),
    )
    issuers.set(name, issuer)
  }
  mixed = await startIssuer()
  mixed.publish(SYMMETRIC)
  world = await startTestGateway({
    moreIssuers: [...issuers.values(), mixed].map(
      ({ issuer }) =>
        `{ issuer: "${issuer}", profile: rfc9068, tags: { groups: groups }, allowInsecureIssuer: true }`,
    ),
  })
})
afterAll(async () => {
  await world.stop()
  for (const issuer of [...issuers.values(), mixed]) await issuer.close()
  inner.close()
})

test.each(Object.keys(HOSTILE))(
  'J-16 RFC 7517 §5: %s is no set of keys, and its issuer is a dependency that is away',
  async (name) => {
    const token = issuers.get(name)?.mint(world.resource('records')) ?? ''
    expect(await present(world, token)).toEqual({
      status: 503,
      code: 'identify.keys_unavailable',
    })
  },
)

test('J-16 CWE-400: of 100 MB next to nothing is taken', () => {
  // What the buffers of two sockets hold.
  expect(sentBytes).toBeLessThan(16 * 1024 * 1024)
})

test('J-16 CWE-918: the redirect is not followed', () => {
  expect(redirected).toBe(0)
})

test('J-16 RFC 8725 §3.1: a symmetric key in a set is dropped', async () => {
  const [, claims] = mixed.mint(world.resource('records')).split('.')
  const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'symmetric' })}.${claims}`
  const mac = createHmac('sha256', SECRET).update(input).digest('base64url')
  expect(await present(world, `${input}.${mac}`)).toMatchObject({ status: 401 })
  expect(world.log()).toContain('not a public key')
  expect(world.log()).not.toContain(SYMMETRIC.k)
})

test('J-16 control: issuers with good sets are judged as ever', async () => {
  expect(await present(world, world.token())).toEqual({ status: 200, code: undefined })
  const token = mixed.mint(world.resource('records'))
  expect(await present(world, token)).toEqual({ status: 200, code: undefined })
})
