// Tokens with key ids that nobody has must not become requests to the issuer. The figure (10 000 a second for a
// minute, and what others feel of it) is promise F-03; here is the function: how often the issuer is asked.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createMovableClock } from '../support/movable-clock.ts'
import { present } from '../support/present.ts'

const clock = createMovableClock()
let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ clock })
})
afterAll(() => world.stop())

const UNKNOWN = { status: 401, code: 'identify.unknown_key' }
const withKid = (kid: string) => present(world, world.token({ header: { kid } }))

/** Presents tokens with random key ids, some at a time; returns how often the keys were fetched for them. */
async function flood(tokens: number): Promise<number> {
  const before = world.issuer.keyFetches()
  for (let sent = 0; sent < tokens; sent += 20) {
    const batch = Array.from({ length: 20 }, () => withKid(randomBytes(12).toString('hex')))
    for (const presented of await Promise.all(batch)) expect(presented).toEqual(UNKNOWN)
  }
  return world.issuer.keyFetches() - before
}

test('J-15 CWE-400: 300 random kids are two fetches at most', async () => {
  clock.advance(31)
  expect(await flood(300)).toBeLessThanOrEqual(2)
})

test('J-15 CWE-400: random kids for a minute are two fetches at most, one in thirty seconds', async () => {
  clock.advance(31)
  const startedMs = clock.monotonicMs()
  let fetches = await flood(20)
  for (let second = 6; second < 60; second += 6) {
    clock.advance(6)
    fetches += await flood(20)
  }
  const seconds = (clock.monotonicMs() - startedMs) / 1000
  expect(fetches).toBeLessThanOrEqual(1 + Math.floor(seconds / 30))
})

test('J-15 CWE-400: the same unknown kid is not asked for again in five minutes', async () => {
  clock.advance(31)
  expect(await withKid('retired')).toEqual(UNKNOWN)
  const before = world.issuer.keyFetches()
  for (let asked = 0; asked < 5; asked++) {
    clock.advance(35)
    expect(await withKid('retired')).toEqual(UNKNOWN)
  }
  expect(world.issuer.keyFetches()).toBe(before)
})

test.each([
  ['an empty set', '{"keys":[]}'],
  ['no set', '{"jwks":[]}'],
  ['no JSON', '<html></html>'],
])('J-15 RFC 7517 §5: %s keeps the keys that were good, and the cooldown', async (_what, body) => {
  clock.advance(31)
  world.issuer.answerKeys((response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(body),
  )
  try {
    expect(await flood(40)).toBeLessThanOrEqual(1)
    expect(await present(world, world.token())).toEqual({ status: 200, code: undefined })
  } finally {
    world.issuer.answerKeys(undefined)
  }
})

test('J-15 control: tokens of the issuer get an answer before, between and after', async () => {
  expect(await present(world, world.token())).toEqual({ status: 200, code: undefined })
  await withKid(randomBytes(12).toString('hex'))
  expect(await present(world, world.token())).toEqual({ status: 200, code: undefined })
})
