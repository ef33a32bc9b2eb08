// Results are data of somebody else: bounded, of the one media type that was asked for, and handed on as JSON that no
// browser renders. The gateway itself follows nothing that stands in them.
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '@sallyport/gateway/config/load.ts'
import { devConfig } from 'sallyport/src/dev/dev-config.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { post } from '../support/post.ts'
import { codeOf } from '../support/present.ts'

const LIMIT = 1024 * 1024

let contacted = 0
let listener: Server
let world: TestGateway
beforeAll(async () => {
  listener = createServer((socket) => {
    contacted++
    socket.destroy()
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  world = await startTestGateway({ yaml: `limits: { resultBytes: ${LIMIT} }` })
})
afterAll(async () => {
  await world.stop()
  listener.close()
})
afterEach(() => world.target.behaveHonestly())

const result = (text: string) =>
  `{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"text","text":${JSON.stringify(text)}}]}}`
function verbatim(text: string, mediaType = 'application/json') {
  world.target.behave({ answer: 'verbatim', text, mediaType })
  return post(world)
}

test('M-22 MCP 2026-07-28, server/tools: results are capped at 10 MiB unless the configuration says otherwise', () => {
  const text = devConfig({
    port: 1,
    issuer: 'http://127.0.0.1:2',
    marketUrl: 'http://127.0.0.1:3/',
    documentsUrl: 'http://127.0.0.1:4/',
  })
  const loaded = parseConfig(text, '/x/sallyport.yaml', {})
  expect(loaded).toMatchObject({ config: { limits: { resultBytes: 10 * 1024 * 1024 } } })
})

test('M-22 MCP 2026-07-28, server/tools: a result above the cap is refused, told ahead by its length or not', async () => {
  world.target.behave({ answer: 'oversize', bytes: 2 * LIMIT })
  expect(codeOf(await post(world))).toBe('call.result_too_large')
  expect(codeOf(await verbatim(result('x'.repeat(LIMIT))))).toBe('call.result_too_large')
})

test('M-22 MCP 2026-07-28, server/tools: the limit is on the byte', async () => {
  const fits = result('x'.repeat(LIMIT - result('').length))
  expect(fits).toHaveLength(LIMIT)
  expect((await verbatim(fits)).body).toBe(fits)
  expect(codeOf(await verbatim(`${fits} `))).toBe('call.result_too_large')
})

test('M-22 RFC 9110 §8.4: a compressed answer is not read', async () => {
  world.target.behave({ answer: 'gzip-bomb', bytes: 2 * LIMIT })
  expect(codeOf(await post(world))).toBe('call.target_invalid')
})

test.each([
  'text/html',
  'text/plain',
  'image/svg+xml',
  'application/octet-stream',
  'application/jsonp',
  'text/html, application/json',
  'multipart/mixed; boundary=x',
  '',
])('M-22 RFC 9110 §8.3: an answer of type `%s` is refused, whatever it holds', async (type) => {
  const answer = await verbatim(result('CANARY-RESULT'), type)
  expect(codeOf(answer)).toBe('call.target_invalid')
  expect(answer.body).not.toContain('CANARY-RESULT')
})

test('M-22 MCP 2026-07-28, server/tools: a sign-in page, a redirect and a stack trace do not reach the caller', async () => {
  for (const kind of ['html-login', 'redirect', 'server-error', 'unauthorized'] as const) {
    world.target.behave({ answer: kind })
    const answer = await post(world)
    expect(codeOf(answer)).toMatch(/^call\./)
    expect(answer.body).not.toMatch(/password|stack trace|127\.0\.0\.1:9|invalid_token/)
  }
})

test.each([
  'invalid-json',
  'not-json-rpc',
  'wrong-id',
  'duplicate-members',
  'unknown-result-type',
  'input-required',
] as const)('M-22 MCP 2026-07-28: an answer that is `%s` is refused', async (kind) => {
  world.target.behave({ answer: kind })
  expect(codeOf(await post(world))).toMatch(/^call\.(target_invalid|unsafe_elicitation)$/)
})

test('M-22 MCP 2026-07-28, server/tools: images, links and resources in a result are data: nothing is fetched, nothing is rendered', async () => {
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/?leak=secret`
  const text = `![x](${url}) [y](${url}) <img src="${url}"><script src="${url}"></script>`
  const answer = await verbatim(result(text))
  expect(answer.body).toBe(result(text))
  const link = `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"resource_link","uri":"${url}","name":"x"}]}}`
  expect((await verbatim(link)).body).toBe(link)
  for (const one of [answer, await post(world)]) {
    expect(one.header('content-type')).toBe('application/json')
    expect(one.header('x-content-type-options')).toBe('nosniff')
  }
  expect(contacted).toBe(0)
})

test('M-22 MCP 2026-07-28, server/tools: what a target said is marked, what the gateway says itself is not', async () => {
  const ofTarget = await verbatim(result('anything'))
  expect(ofTarget.header('x-sallyport-content')).toBe('untrusted')
  world.target.behave({ answer: 'html-login' })
  expect((await post(world)).header('x-sallyport-content')).toBeUndefined()
})

test('M-22 MCP 2026-07-28, server/tools: no header of the target reaches the caller', async () => {
  world.target.behave({ answer: 'extra-headers' })
  const answer = await post(world)
  for (const name of ['set-cookie', 'access-control-allow-origin', 'mcp-session-id', 'server'])
    expect(answer.header(name)).toBeUndefined()
  expect(answer.header('x-sallyport-request-id')).not.toBe('forged')
})

test('M-22 MCP 2026-07-28, server/tools: words of an error of the target are bounded and without controls', async () => {
  const message = `\u001b[2J${'x'.repeat(9000)}\u0000`
  const data = 'y'.repeat(20_000)
  const error = JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32000, message, data } })
  const answer = (await verbatim(error)).json() as { error: { message: string; data?: unknown } }
  expect(answer.error.message.length).toBeLessThanOrEqual(2000)
  expect(answer.error.message).not.toMatch(/\p{Cc}/u)
  expect(answer.error.data).toBeUndefined()
})

test('M-22 control: a small result of the right type passes', async () => {
  expect((await verbatim(result('fine'))).body).toBe(result('fine'))
})
