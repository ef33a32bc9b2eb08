// A key id is the name of an entry in a map and nothing else: no path, no query, no line of a log.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { present } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const INJECTIONS = [
  '../../../../etc/passwd',
  '/dev/null',
  "' UNION SELECT 'key' --",
  'a\r\nSet-Cookie: x=1',
  '{"level":10,"msg":"forged"}',
  'test-key-1\u0000',
  'TEST-KEY-1',
  '',
]

test.each(INJECTIONS)('J-03 RFC 8725 §3.10: kid %j names no key', async (kid) => {
  expect(await present(world, world.token({ header: { kid } }))).toEqual({
    status: 401,
    code: 'identify.unknown_key',
  })
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'J-03 RFC 8725 §3.10: kid %s is looked up in a map that inherits nothing',
  async (kid) => {
    expect(await present(world, world.token({ header: { kid } }))).toEqual({
      status: 401,
      code: 'identify.unknown_key',
    })
  },
)

test('J-03 RFC 8725 §3.10: a kid as long as a header allows is refused unread', async () => {
  const token = world.token({ header: { kid: 'k'.repeat(4000) } })
  expect(await present(world, token)).toEqual({ status: 401, code: 'identify.malformed_token' })
})

test('J-03 RFC 6585 §5: a kid of a megabyte does not get past the size of a header', async () => {
  const send = (characters: number) =>
    world.raw({
      path: '/mcp/records',
      headers: [
        ['Authorization', `Bearer ${world.token({ header: { kid: 'k'.repeat(characters) } })}`],
      ],
      body: '{}',
    })
  expect((await send(20_000)).status).toBe(431)
  // The connection ends while most of it is still being sent, so the answer may be lost on the way.
  const answer = await send(1_000_000).catch(() => undefined)
  expect([431, undefined]).toContain(answer?.status)
})

test('J-03 CWE-117: key ids write no line of their own into the log or the audit', async () => {
  for (const kid of INJECTIONS) await present(world, world.token({ header: { kid } }))
  const lines = world.log().split('\n').filter(Boolean)
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow()
  expect(lines.filter((line) => line.startsWith('{"level":10'))).toEqual([])
})

test('J-03 control: the kid of the issuer finds its key', async () => {
  expect(await present(world, world.token())).toEqual({ status: 200, code: undefined })
})
