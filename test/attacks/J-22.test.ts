// A revoked token stays revoked in every spelling: the list names tokens by issuer and id, session, grant or
// person, never by their bytes, of which one token can have several.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createSigningKey, startIssuer, type Claims, type TestIssuer } from '../support/issuer.ts'
import { order } from '../support/operator.ts'
import { present, resign } from '../support/present.ts'

const ec = createSigningKey('ec-1', 'ES256')
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const ORDER_OF_P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
let second: TestIssuer
let world: TestGateway
beforeAll(async () => {
  second = await startIssuer()
  second.publish(ec)
  world = await startTestGateway({
    moreIssuers: [
      `{ issuer: "${second.issuer}", profile: rfc9068, tags: { groups: groups }, allowInsecureIssuer: true }`,
    ],
  })
})
afterAll(async () => {
  await world.stop()
  await second.close()
})

const ANSWERED = { status: 200, code: undefined }
const mint = (claims: Claims) => second.mint(world.resource('records'), { key: ec, claims })

async function revoke(named: Record<string, string>): Promise<void> {
  const revoked = await order(world, '/revoke', { ...named, issuer: second.issuer })
  expect(revoked.status).toBe(200)
}

/** The same token with the other valid signature: (r, n − s). */
function otherSignature(token: string): string {
  const at = token.lastIndexOf('.') + 1
  const bytes = Buffer.from(token.slice(at), 'base64url')
  const s = ORDER_OF_P256 - BigInt(`0x${bytes.toString('hex', 32)}`)
  bytes.write(s.toString(16).padStart(64, '0'), 32, 'hex')
  return token.slice(0, at) + bytes.toString('base64url')
}

/** 64 bytes are 86 characters: the last one has four bits that mean nothing. */
function otherLastCharacter(token: string): string {
  return token.slice(0, -1) + ALPHABET[ALPHABET.indexOf(token.at(-1) ?? '') ^ 1]
}

const VARIANTS = {
  'another last character': otherLastCharacter,
  'padding =': (token: string) => `${token}=`,
  'padding ==': (token: string) => `${token}==`,
  'a space in the signature': (token: string) => `${token.slice(0, -9)} ${token.slice(-9)}`,
  'a tab in the signature': (token: string) => `${token.slice(0, -9)}\t${token.slice(-9)}`,
  'the signature (r, n − s)': otherSignature,
  'the signature (r, n − s) and another last character': (token: string) =>
    otherLastCharacter(otherSignature(token)),
  'another signature of the issuer': (token: string) => resign(ec, token, {}),
} as const

test.each(Object.keys(VARIANTS) as (keyof typeof VARIANTS)[])(
  'J-22 RFC 7009 §2.1: a token whose id is revoked is refused with %s',
  async (variant) => {
    const token = mint({ jti: `revoked: ${variant}` })
    expect(await present(world, token)).toEqual(ANSWERED)
    await revoke({ jti: `revoked: ${variant}` })
    expect(await present(world, token)).toEqual({ status: 401, code: 'identify.token_revoked' })
    expect(await present(world, VARIANTS[variant](token))).toMatchObject({ status: 401 })
  },
)

test('J-22 RFC 9112 §5: a line break in the signature ends the request', async () => {
  const token = mint({})
  const answer = await world.raw({
    path: '/mcp/records',
    headers: [['Authorization', `Bearer ${token.slice(0, -9)}\n${token.slice(-9)}`]],
    body: '{}',
  })
  expect(answer.status).toBe(400)
})

test.each([
  ['grant', { grant: 'g-1' }, { grant: 'g-1' }],
  ['session', { sid: 's-1' }, { sid: 's-1' }],
  ['person', { sub: 'bob' }, { user: 'bob' }],
] as const)(
  'J-22 RFC 7009 §2.1: the %s is revoked, so variants and other tokens of it are refused',
  async (_by, claims, named) => {
    const token = mint(claims)
    const other = mint(claims)
    expect(await present(world, token)).toEqual(ANSWERED)
    await revoke(named)
    for (const variant of [token, otherSignature(token), other, otherSignature(other)]) {
      expect(await present(world, variant)).toEqual({
        status: 401,
        code: 'identify.token_revoked',
      })
    }
  },
)

test('J-22 RFC 7519 §4.1.7: the id is revoked for its issuer alone', async () => {
  const theirs = mint({ jti: 'same-id' })
  await revoke({ jti: 'same-id' })
  expect(await present(world, theirs)).toMatchObject({ status: 401 })
  expect(await present(world, world.token({ claims: { jti: 'same-id' } }))).toEqual(ANSWERED)
})

test('J-22 control: tokens that nobody revoked get an answer, with either signature', async () => {
  const token = mint({})
  expect(await present(world, token)).toEqual(ANSWERED)
  expect(await present(world, otherSignature(token))).toEqual(ANSWERED)
})
