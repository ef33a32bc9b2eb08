// Compression bombs: an encoded body is refused unread, from a client as from a target or an issuer; what a target
// sends plainly is cut off at its cap.
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { startIssuer, type TestIssuer } from '../support/issuer.ts'
import { codeOf } from '../support/present.ts'
import { sendRaw } from '../support/raw.ts'

let world: TestGateway
let bomber: TestIssuer
beforeAll(async () => {
  bomber = await startIssuer()
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
  bomber.answerKeys((response) =>
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(bomb),
  )
  world = await startTestGateway({
    moreIssuers: [`{ issuer: "${bomber.issuer}", profile: rfc9068, allowInsecureIssuer: true }`],
  })
})
afterEach(() => world.target.behaveHonestly())
afterAll(async () => {
  await world.stop()
  await bomber.close()
})

const call = { method: 'tools/call', params: { name: 'echo', arguments: {} } }
const CODINGS = ['gzip', 'GZIP', 'br', 'deflate', 'zstd', 'x-gzip', 'identity', '', 'gzip, gzip']

test.each([...CODINGS, Array(6).fill('gzip').join(', ')])(
  'D-03 RFC 9110 §15.5.16: a body with Content-Encoding %j is 415',
  async (coding) => {
    const body = gzipSync(goodCall(world).body).toString('latin1')
    const more = [`Content-Encoding: ${coding}`]
    const request = Buffer.from(goodCall(world).text({ more, body }), 'latin1')
    const answer = await sendRaw(world.port, request)
    expect([answer.status, codeOf(answer)]).toEqual([415, 'in.unsupported_media_type'])
  },
)

test('D-03 RFC 9110 §15.5.16: six encodings in six headers are 415, and so is an honest body under a coding', async () => {
  const more = Array<string>(6).fill('Content-Encoding: gzip')
  expect((await sendRaw(world.port, goodCall(world).text({ more }))).status).toBe(415)
  const transfer = goodCall(world).text({ more: ['Transfer-Encoding: gzip, chunked'] })
  expect((await sendRaw(world.port, transfer)).status).toBe(400)
})

test('D-03 RFC 9110 §12.5.3: no coding is asked of a target, and an answer in one is not read', async () => {
  world.target.behave({ answer: 'gzip-bomb', bytes: 64 * 1024 * 1024 })
  const answer = await world.call(call)
  expect(codeOf(answer)).toBe('call.target_invalid')
  expect(answer.body.length).toBeLessThan(10_000)
  const [sent] = world.target.recording.calls().slice(-1)
  expect(sent?.headers.get('accept-encoding')).toBe('identity')
  expect(world.log()).not.toContain('fault')
})

test('D-03 promises: a plain answer above 10 MiB is cut off', async () => {
  world.target.behave({ answer: 'oversize', bytes: 11 * 1024 * 1024 })
  expect(codeOf(await world.call(call))).toBe('call.result_too_large')
})

test('D-03 RFC 8414 §3: the keys of an issuer are not read in a coding', async () => {
  const token = bomber.mint(world.resource('records'))
  const answer = await world.call({ ...call, token })
  expect([answer.status, codeOf(answer)]).toEqual([503, 'identify.keys_unavailable'])
  expect(bomber.keyFetches()).toBeGreaterThan(0)
})

test('D-03 control: a body without a coding is answered', async () => {
  expect((await world.call(call)).status).toBe(200)
})
