// A page that posts a form or plain text (Fetch: no preflight for these) must not reach a tool: only application/json
// is read, and no cookie stands for a token.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { post } from '../support/post.ts'
import { codeOf } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

test.each([
  'text/plain',
  'text/plain;charset=UTF-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/json',
  'application/json-rpc',
  'application/jsonp',
  'application/jsonx',
  'text/plain; application/json',
  'text/plain, application/json',
  'application/json, text/plain',
  'application/json; charset=utf-16',
  'application/json; charset=utf-8; boundary=x',
  'application/ json',
  '',
])(
  'M-20 Fetch, CORS-safelisted types: Content-Type `%s` is refused with a good token',
  async (type) => {
    const before = world.callsAtTarget().length
    const answer = await post(world, { set: { 'content-type': type } })
    expect([answer.status, codeOf(answer)]).toEqual([415, 'in.unsupported_media_type'])
    expect(world.callsAtTarget()).toHaveLength(before)
  },
)

test('M-20 Fetch §3.3: no Content-Type at all is refused', async () => {
  expect((await post(world, { set: { 'content-type': undefined } })).status).toBe(415)
})

test('M-20 Fetch §3.3: two Content-Types are refused', async () => {
  expect((await post(world, { more: [['Content-Type', 'text/plain']] })).status).toBe(400)
})

test('M-20 Fetch §3.3: a cookie is no credential, whatever it is called', async () => {
  const token = world.token()
  for (const name of [
    'token',
    'access_token',
    'authorization',
    'session',
    'Bearer',
    '__Host-session',
  ]) {
    const answer = await post(world, {
      set: { authorization: undefined, cookie: `${name}=${token}` },
    })
    expect([answer.status, codeOf(answer)]).toEqual([401, 'identify.no_token'])
  }
})

test('M-20 Fetch §3.3: no answer sets a cookie or allows credentials of pages', async () => {
  const answers = [
    await post(world),
    await post(world, { set: { authorization: undefined } }),
    await world.raw({ method: 'OPTIONS', path: '/mcp', headers: [['Origin', world.publicUrl]] }),
  ]
  for (const answer of answers) {
    expect(answer.header('set-cookie')).toBeUndefined()
    expect(answer.header('access-control-allow-credentials')).toBeUndefined()
  }
})

test('M-20 control: application/json passes, with its charset too', async () => {
  expect((await post(world)).status).toBe(200)
  const type = 'application/json; charset="UTF-8"'
  expect((await post(world, { set: { 'content-type': type } })).status).toBe(200)
})
