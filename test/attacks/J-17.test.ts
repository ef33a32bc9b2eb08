// One request, one token; and keys that cannot be fetched while many wait for them are one failure, not many.
import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { createMovableClock } from '../support/movable-clock.ts'
import { openStream } from '../support/open-stream.ts'
import { codeOf, present } from '../support/present.ts'

const clock = createMovableClock()
let away: TestIssuer
let world: TestGateway
beforeAll(async () => {
  away = await startIssuer()
  away.answerKeys((response) => response.writeHead(500).end())
  world = await startTestGateway({
    clock,
    moreIssuers: [
      `{ issuer: "${away.issuer}", profile: rfc9068, tags: { groups: groups }, allowInsecureIssuer: true }`,
    ],
  })
})
afterAll(async () => {
  await world.stop()
  await away.close()
})

/** The request of a good call with these Authorization headers in place of its own. */
async function withAuthorization(values: readonly string[], name = 'Authorization') {
  const params = { name: 'echo', arguments: {} }
  const { headers, body } = modernRequest({ method: 'tools/call', params })
  const own = values.map((value) => [name, value] as const)
  const answer = await world.raw({
    path: '/mcp/records',
    headers: [...Object.entries(headers), ...own],
    body,
  })
  return { status: answer.status, code: codeOf(answer) }
}

test('J-17 RFC 6750 §2: two Authorization headers are refused, whatever is in them', async () => {
  const good = `Bearer ${world.token()}`
  for (const pair of [
    [good, good],
    [good, 'Bearer x'],
    ['Bearer x', good],
    [good, ''],
    ['', good],
    [good, 'Basic YTpi'],
  ]) {
    expect(await withAuthorization(pair)).toEqual({ status: 400, code: 'identify.several_tokens' })
    expect(await withAuthorization(pair, 'AUTHORIZATION')).toMatchObject({ status: 400 })
  }
})

test('J-17 RFC 6750 §2: neither a stream nor the end of a session is given to two tokens', async () => {
  const good = `Bearer ${world.token()}`
  for (const method of ['GET', 'DELETE', 'POST']) {
    const answer = await world.raw({
      method,
      path: '/mcp/records',
      headers: [
        ['Accept', 'text/event-stream'],
        ['Mcp-Session-Id', 'x'],
        ['Authorization', good],
        ['Authorization', good],
      ],
    })
    expect(answer.status).toBe(400)
    expect(codeOf(answer)).toBe('identify.several_tokens')
  }
})

test('J-17 RFC 7517 §5: keys that fail end no stream that is open, and open none that is asked for meanwhile', async () => {
  clock.advance(31)
  const url = world.resource('records')
  const listen = (token: string) => {
    const params = { notifications: { toolsListChanged: true } }
    const { headers, body } = modernRequest({ method: 'subscriptions/listen', token, params })
    return openStream(url, headers, body)
  }
  const open = await listen(world.token())
  const keys = holdKeys(away)
  const asked = Array.from({ length: 12 }, () => listen(away.mint(url)))
  await expect.poll(keys.waiting).toBe(1)
  keys.fail()
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set([503]))
  expect([open.status, open.ended()]).toEqual([200, false])
  open.close()
})

test('J-17 RFC 6750 §2.1: two tokens in one header are no token', async () => {
  const token = world.token()
  for (const value of [`Bearer ${token}, Bearer ${token}`, `Bearer ${token} ${token}`]) {
    expect(await withAuthorization([value])).toEqual({
      status: 401,
      code: 'identify.malformed_token',
    })
  }
})

/** Holds the answers of the key set back until all who ask are waiting. */
function holdKeys(issuer: TestIssuer): {
  readonly fail: () => void
  readonly waiting: () => number
} {
  const held: ServerResponse[] = []
  issuer.answerKeys((response) => void held.push(response))
  return {
    waiting: () => held.length,
    fail: () => {
      for (const response of held.splice(0)) response.socket?.destroy()
    },
  }
}

test('J-17 RFC 7517 §5: many who wait for keys that do not come cause one fetch and get one kind of answer', async () => {
  clock.advance(31)
  const before = away.keyFetches()
  const keys = holdKeys(away)
  const mint = () => away.mint(world.resource('records'))
  const first = Array.from({ length: 20 }, () => present(world, mint()))
  await expect.poll(keys.waiting).toBe(1)
  // Comes in while the fetch is under way, and is there when it fails.
  const later = Array.from({ length: 20 }, () => present(world, mint()))
  keys.fail()
  for (const presented of await Promise.all([...first, ...later])) {
    expect(presented).toEqual({ status: 503, code: 'identify.keys_unavailable' })
  }
  expect(away.keyFetches() - before).toBe(1)
})

test('J-17 RFC 7517 §5: an unknown kid during a failing fetch is refused, and the known one goes on', async () => {
  clock.advance(31)
  const keys = holdKeys(world.issuer)
  const unknown = Array.from({ length: 10 }, (_, index) =>
    present(world, world.token({ header: { kid: `unknown-${index}` } })),
  )
  await expect.poll(keys.waiting).toBe(1)
  expect(await present(world, world.token())).toEqual({ status: 200, code: undefined })
  keys.fail()
  for (const presented of await Promise.all(unknown)) {
    expect(presented).toEqual({ status: 401, code: 'identify.unknown_key' })
  }
  world.issuer.answerKeys(undefined)
})

test('J-17 control: one Authorization header gets an answer, after all that', async () => {
  expect(await withAuthorization([`Bearer ${world.token()}`])).toEqual({
    status: 200,
    code: undefined,
  })
})
