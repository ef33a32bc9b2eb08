// Header and claims are read by a parser that sees a name twice: what one reader takes first another takes last.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { present, resign } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const REFUSED = { status: 401, code: 'identify.malformed_token' }
const first = (member: string) => (text: string) => text.replace(/^\{/, `{${member},`)
const last = (member: string) => (text: string) => text.replace(/\}$/, `,${member}}`)

const CLAIMS = {
  'sub first': first('"sub":"bob"'),
  'sub last': last('"sub":"bob"'),
  'an escaped sub': last('"s\\u0075b":"bob"'),
  'aud twice': first('"aud":"https://evil.example.test"'),
  'groups twice': first('"groups":["admins"]'),
  'the same value twice': last('"sub":"alice"'),
  'a name twice below the root': last('"act":{"sub":"a","sub":"b"}'),
} as const

test.each(Object.keys(CLAIMS) as (keyof typeof CLAIMS)[])(
  'J-10 RFC 8725 §2.4: claims with %s are refused',
  async (form) => {
    const token = resign(world.issuer.key, world.token(), { claims: CLAIMS[form] })
    expect(await present(world, token)).toEqual(REFUSED)
  },
)

const HEADERS = {
  'alg none first': first('"alg":"none"'),
  'alg none last': last('"alg":"none"'),
  'kid twice': last('"kid":"test-key-1"'),
  'typ twice': first('"typ":"JWT"'),
  'an escaped typ': first('"t\\u0079p":"JWT"'),
} as const

test.each(Object.keys(HEADERS) as (keyof typeof HEADERS)[])(
  'J-10 RFC 7515 §4: a header with %s is refused',
  async (form) => {
    const token = resign(world.issuer.key, world.token(), { header: HEADERS[form] })
    expect(await present(world, token)).toEqual(REFUSED)
  },
)

test('J-10 control: the same name in different objects is no duplicate', async () => {
  const token = resign(world.issuer.key, world.token(), { claims: last('"act":{"sub":"agent"}') })
  expect(await present(world, token)).toEqual({ status: 200, code: undefined })
})
