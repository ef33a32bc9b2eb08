// A token that was verified a moment ago is known by its hash at this resource, for a minute and never past its
// end; it is known nowhere else, and revocation is asked each time.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createMovableClock } from '../support/movable-clock.ts'
import { order } from '../support/operator.ts'
import { present } from '../support/present.ts'

const clock = createMovableClock()
let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ clock })
})
afterAll(() => world.stop())

const ANSWERED = { status: 200, code: undefined }
const nowSeconds = () => Math.floor(clock.wallMs() / 1000)
const token = (claims = {}) =>
  world.token({ claims: { iat: nowSeconds(), exp: nowSeconds() + 600, ...claims } })

test('J-18 RFC 8707 §2: a token that is known at one resource is unknown at another', async () => {
  const known = token()
  expect(await present(world, known)).toEqual(ANSWERED)
  expect(await present(world, known, '/mcp')).toEqual({
    status: 401,
    code: 'identify.wrong_audience',
  })
  // Nor has the refusal spoilt it where it is good.
  expect(await present(world, known)).toEqual(ANSWERED)
})

test('J-18 RFC 7519 §4.1.4: a known token is refused once it has expired', async () => {
  const short = token({ exp: nowSeconds() + 10 })
  expect(await present(world, short)).toEqual(ANSWERED)
  // Ten seconds of life, a minute of leeway for clocks.
  clock.advance(75)
  expect(await present(world, short)).toEqual({ status: 401, code: 'identify.token_expired' })
})

test.each([
  ['jti', { jti: 'cached-1' }, { jti: 'cached-1' }],
  ['session', { sid: 'session-1' }, { sid: 'session-1' }],
  ['grant', { grant: 'grant-1' }, { grant: 'grant-1' }],
  ['client', { client_id: 'lost-desk' }, { client: 'lost-desk' }],
  ['person', { sub: 'bob' }, { user: 'bob' }],
] as const)(
  'J-18 RFC 7009 §2.1: a known token whose %s is revoked is refused',
  async (_by, claims, named) => {
    const known = token(claims)
    expect(await present(world, known)).toEqual(ANSWERED)
    const revoked = await order(world, '/revoke', { ...named, reason: 'test' })
    expect(revoked.status).toBe(200)
    for (let asked = 0; asked < 3; asked++) {
      expect(await present(world, known)).toEqual({ status: 401, code: 'identify.token_revoked' })
    }
  },
)

test('J-18 CWE-524: two principals whose tokens are known are told apart', async () => {
  const alice = token()
  const carol = token({ sub: 'carol', groups: [] })
  expect(await present(world, alice)).toEqual(ANSWERED)
  for (let asked = 0; asked < 2; asked++) {
    expect(await present(world, carol)).toEqual({ status: 200, code: 'authorize.no_such_tool' })
    expect(await present(world, alice)).toEqual(ANSWERED)
  }
})

test('J-18 control: a known token gets its answer again, and another one of the same person too', async () => {
  const known = token()
  for (let asked = 0; asked < 3; asked++) expect(await present(world, known)).toEqual(ANSWERED)
  expect(await present(world, token())).toEqual(ANSWERED)
})
