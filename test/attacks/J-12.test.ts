// There is one spelling of a token: what a lenient base64 decoder would take for the same bytes is refused.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { present } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const REFUSED = { status: 401, code: 'identify.malformed_token' }
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A token whose signature has characters that the two base64 alphabets write differently. */
function tokenWithBothAlphabets(): string {
  for (;;) {
    const token = world.token()
    if (/[-_]/.exec(token.slice(token.lastIndexOf('.')))) return token
  }
}

/** 256 bytes are 342 characters, so the last one has four bits that mean nothing. */
function otherLastCharacter(token: string): string {
  const value = ALPHABET.indexOf(token.at(-1) ?? '')
  return token.slice(0, -1) + ALPHABET[value ^ 1]
}

const SPELLINGS = {
  'padding =': (token: string) => `${token}=`,
  'padding ==': (token: string) => `${token}==`,
  'padding of the header': (token: string) => token.replace('.', '=.'),
  'bits behind the end': otherLastCharacter,
  'the alphabet of base64': (token: string) => {
    const at = token.lastIndexOf('.')
    return token.slice(0, at) + token.slice(at).replaceAll('-', '+').replaceAll('_', '/')
  },
  'a space inside': (token: string) => `${token.slice(0, -4)} ${token.slice(-4)}`,
  'a tab inside': (token: string) => `${token.slice(0, -4)}\t${token.slice(-4)}`,
  'a character above ASCII': (token: string) => `${token}\u00a0`,
  'a character above ASCII inside': (token: string) =>
    `${token.slice(0, -4)}\u00ad${token.slice(-4)}`,
  'a percent escape': (token: string) => `${token}%3D`,
  'a dot at the end': (token: string) => `${token}.`,
  'a dot at the beginning': (token: string) => `.${token}`,
} as const

test.each(Object.keys(SPELLINGS) as (keyof typeof SPELLINGS)[])(
  'J-12 RFC 7515 §2: a good token spelled with %s is refused',
  async (form) => {
    const token = SPELLINGS[form](tokenWithBothAlphabets())
    expect(await present(world, token)).toEqual(REFUSED)
  },
)

test('J-12 RFC 7515 §2: the spellings are refused after the token itself was accepted, too', async () => {
  const token = tokenWithBothAlphabets()
  expect((await present(world, token)).status).toBe(200)
  for (const spell of Object.values(SPELLINGS)) {
    expect(await present(world, spell(token))).toEqual(REFUSED)
  }
})

test('J-12 RFC 9112 §5: a line break inside the token ends the request', async () => {
  const token = world.token()
  const answer = await world.raw({
    path: '/mcp/records',
    headers: [['Authorization', `Bearer ${token.slice(0, -4)}\n${token.slice(-4)}`]],
    body: '{}',
  })
  expect(answer.status).toBe(400)
})

test('J-12 control: the token as it was issued gets an answer', async () => {
  expect(await present(world, world.token())).toEqual({ status: 200, code: undefined })
})
