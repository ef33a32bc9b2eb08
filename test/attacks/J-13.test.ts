// Encrypted, nested and compressed tokens are refused by their form; a token that is too long is refused unread.
import { deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { encode, signToken } from '../support/issuer.ts'
import { present } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const REFUSED = { status: 401, code: 'identify.malformed_token' }

test('J-13 RFC 7516 §3.1: five segments, a JWE, are refused', async () => {
  const header = encode({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: world.issuer.key.kid })
  const token = [
    header,
    ...['k'.repeat(256), 'i'.repeat(12), 'c'.repeat(99), 't'.repeat(16)].map(encode),
  ]
  expect(await present(world, token.join('.'))).toEqual(REFUSED)
  expect(await present(world, `${header}....`)).toEqual(REFUSED)
})

test.each([{ enc: 'A256GCM' }, { zip: 'DEF' }, { zip: 'GZIP' }])(
  'J-13 RFC 7516 §4.1: a signed token with %j in its header is refused',
  async (header) => {
    expect(await present(world, world.token({ header }))).toEqual(REFUSED)
  },
)

test('J-13 RFC 7519 §5.2: a token inside a token is refused', async () => {
  const { key } = world.issuer
  const header = { alg: key.alg, typ: 'at+jwt', kid: key.kid, cty: 'JWT' }
  expect(await present(world, signToken(key, header, world.token()))).toEqual(REFUSED)
})

test('J-13 RFC 8725 §3.6: a bomb is not inflated', async () => {
  const { key } = world.issuer
  const bomb = deflateRawSync(Buffer.alloc(4_000_000, ' ')).toString('latin1')
  const header = { alg: key.alg, typ: 'at+jwt', kid: key.kid, zip: 'DEF' }
  expect(await present(world, signToken(key, header, bomb))).toEqual(REFUSED)
})

test('J-13 RFC 8725 §3.6: a signed token of 12 000 characters is refused unread', async () => {
  const token = world.token({ claims: { filling: 'x'.repeat(8500) } })
  expect(token.length).toBeGreaterThan(11_000)
  expect(await present(world, token)).toEqual(REFUSED)
})

test('J-13 control: a token of some thousand characters gets an answer', async () => {
  const token = world.token({ claims: { filling: 'x'.repeat(4000) } })
  expect(await present(world, token)).toEqual({ status: 200, code: undefined })
})
