// A header that demands what the gateway does not understand, or changes what was signed, refuses the token.
import { sign } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { encode } from '../support/issuer.ts'
import { present } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const REFUSED = { status: 401, code: 'identify.malformed_token' }

test.each([
  { crit: ['http://example.test/unknown'], 'http://example.test/unknown': true },
  { crit: ['exp'], exp: 1 },
  { crit: ['b64'], b64: true },
  { crit: [] },
  { crit: 'exp' },
  { crit: null },
])('J-05 RFC 7515 §4.1.11: header members %j are refused', async (header) => {
  expect(await present(world, world.token({ header }))).toEqual(REFUSED)
})

test.each([{ b64: false }, { b64: false, crit: ['b64'] }, { b64: true }])(
  'J-05 RFC 7797 §6: header members %j are refused',
  async (header) => {
    expect(await present(world, world.token({ header }))).toEqual(REFUSED)
  },
)

test('J-05 RFC 7797 §3: a signature over the unencoded payload is refused', async () => {
  const { key } = world.issuer
  const claims = Buffer.from(world.token().split('.')[1] ?? '', 'base64url').toString()
  const header = encode({ alg: key.alg, typ: 'at+jwt', kid: key.kid, b64: false, crit: ['b64'] })
  const signature = sign('sha256', Buffer.from(`${header}.${claims}`), key.privateKey)
  const token = `${header}.${encode(claims)}.${signature.toString('base64url')}`
  expect(await present(world, token)).toEqual(REFUSED)
})

test('J-05 control: a member of the header that demands nothing is ignored', async () => {
  const token = world.token({ header: { vendor: 'acme' } })
  expect(await present(world, token)).toEqual({ status: 200, code: undefined })
})
