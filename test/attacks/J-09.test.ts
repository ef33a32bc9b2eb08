// The times of a token are exact integers, both ends are there, and it neither lives for years nor begins later.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { present, resign } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const now = () => Math.floor(Date.now() / 1000)

/** A good token with the text of one claim replaced, for numbers that JSON.stringify would not write. */
function withClaim(name: string, text: string | undefined): string {
  return resign(world.issuer.key, world.token({ claims: { [name]: undefined } }), {
    claims: (claims) =>
      text === undefined ? claims : claims.replace(/\}$/, `,${JSON.stringify(name)}:${text}}`),
  })
}

const NO_TIMES = {
  missing: undefined,
  null: 'null',
  'a float': '9999999999.5',
  'a float that is whole': `${now() + 600}.0000001`,
  '1e308': '1e308',
  '1e999': '1e999',
  'a string': `"${now() + 600}"`,
  negative: '-1',
  'minus zero': '-0',
  'above 2^53': '9007199254740993',
  true: 'true',
  'an array': `[${now() + 600}]`,
  'an object': '{}',
} as const

test.each(Object.keys(NO_TIMES) as (keyof typeof NO_TIMES)[])(
  'J-09 RFC 7519 §4.1.4: exp that is %s is refused',
  async (form) => {
    expect(await present(world, withClaim('exp', NO_TIMES[form]))).toMatchObject({ status: 401 })
  },
)

test.each(Object.keys(NO_TIMES) as (keyof typeof NO_TIMES)[])(
  'J-09 RFC 9068 §2.2: iat that is %s is refused',
  async (form) => {
    expect(await present(world, withClaim('iat', NO_TIMES[form]))).toMatchObject({ status: 401 })
  },
)

test.each([
  ['in the year 9999', { exp: 253_402_300_799 }],
  ['in milliseconds', { exp: Date.now() + 600_000 }],
  ['a day and a second after iat', { exp: now() + 86_401, iat: now() }],
  ['before iat', { exp: now() - 30, iat: now() }],
  ['two minutes ago', { exp: now() - 120, iat: now() - 600 }],
] as const)('J-09 RFC 7519 §4.1.4: exp %s is refused', async (_when, claims) => {
  expect(await present(world, world.token({ claims }))).toMatchObject({ status: 401 })
})

test.each([
  ['iat', { iat: now() + 3600, exp: now() + 7200 }],
  ['nbf', { nbf: now() + 3600, exp: now() + 7200 }],
] as const)('J-09 RFC 7519 §4.1.5: %s in the future is refused', async (_claim, claims) => {
  expect(await present(world, world.token({ claims }))).toEqual({
    status: 401,
    code: 'identify.token_not_yet_valid',
  })
})

test('J-09 RFC 7519 §4.1.5: nbf that is no time is refused', async () => {
  for (const nbf of ['1', 1.5, -1, null]) {
    expect(await present(world, world.token({ claims: { nbf } }))).toMatchObject({ status: 401 })
  }
})

test('J-09 control: ten minutes of life, and a clock that differs by seconds, get an answer', async () => {
  const ahead = { iat: now() + 5, nbf: now() + 5, exp: now() + 600 }
  for (const token of [world.token(), world.token({ claims: ahead })]) {
    expect(await present(world, token)).toEqual({ status: 200, code: undefined })
  }
})
