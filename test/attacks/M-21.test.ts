// Streams of a target are parsed and written anew: what it says about events, ids and times ends here, a line break in
// a message forges no event, and nothing goes on for ever.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'
import type { RawAnswer } from '../support/raw.ts'

const RESULT_BYTES = 2 * 1024 * 1024

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({
    targetSettings: 'timeouts: { totalMs: 1500 }',
    yaml: `limits: { resultBytes: ${RESULT_BYTES} }`,
  })
})
afterAll(() => world.stop())
afterEach(() => world.target.behaveHonestly())

/** A call that asks for progress; the target answers with exactly this stream. */
function streamed(text: string) {
  world.target.behave({ answer: 'verbatim', mediaType: 'text/event-stream', text })
  return call()
}
function call() {
  return world.call({
    method: 'tools/call',
    params: { name: 'echo', arguments: {} },
    progressToken: 'p',
  })
}
const progress = (message: string) =>
  JSON.stringify({
    jsonrpc: '2.0',
    method: 'notifications/progress',
    params: { progressToken: 'p', progress: 1, message },
  })
const RESULT = '{"jsonrpc":"2.0","id":{id},"result":{"resultType":"complete","content":[]}}'
const RELAYED = RESULT.replace('{id}', '1')
/** The code of the refusal that a stream ends with; `undefined`: it ends with a result of the target. */
function lastCode(answer: RawAnswer) {
  const last = answer.body.split('\n\n').filter(Boolean).at(-1) ?? ''
  return codeOf({
    ...answer,
    json: () => JSON.parse(last.replace(/^.*\ndata: /, '')) as Record<string, unknown>,
  })
}
const event = (data: string) => `event: message\ndata: ${data}\n\n`

test('M-21 HTML §9.2.6: events of other names, ids, retry times and comments do not pass', async () => {
  const answer = await streamed(
    `event: endpoint\ndata: /evil\n\n: hello\n\nid: 5\nretry: 1\ndata: ${progress('a')}\n\n` +
      `event: forged\ndata: ${progress('b')}\n\nid: 6\nevent: message\ndata: ${RESULT}\n\n`,
  )
  expect(answer.body).toBe(event(progress('a')) + event(RELAYED))
})

test.each([
  ['LF', '\n'],
  ['CR', '\r'],
  ['CR LF', '\r\n'],
])('M-21 HTML §9.2.5: line ends of %s give the same events', async (_name, end) => {
  const text = `:c\n\ndata: ${progress('a')}\n\ndata: ${RESULT}\n\n`.replaceAll('\n', end)
  expect((await streamed(text)).body).toBe(event(progress('a')) + event(RELAYED))
})

test.each(['\r', '\n', '\r\n'])(
  'M-21 HTML §9.2.6: a message over several lines leaves on one (%j)',
  async (end) => {
    const lines = (json: string) => json.replaceAll(',"', `,${end}data: "`)
    const answer = await streamed(
      `data: ${lines(progress('a'))}${end}${end}data: ${lines(RESULT)}${end}${end}`,
    )
    const events = answer.body.split('\n\n').filter(Boolean)
    expect(events.map((text) => text.split('\n').length)).toEqual([2, 2])
    expect(
      events.map((text) => JSON.parse(text.replace(/^event: message\ndata: /, '')) as unknown),
    ).toEqual([JSON.parse(progress('a')), JSON.parse(RELAYED)])
  },
)

test('M-21 HTML §9.2.6: line breaks inside a text stay escaped', async () => {
  const forged = 'a\r\n\r\nevent: forged\r\ndata: {}\r\n\r\n'
  const answer = await streamed(`data: ${progress(forged)}\n\ndata: ${RESULT}\n\n`)
  expect(answer.body).toBe(event(progress(forged)) + event(RELAYED))
})

test('M-21 RFC 8259 §7: a raw line break inside a text is no JSON and ends the stream', async () => {
  const answer = await streamed(`data: ${progress('a').replace('"a"', '"a\ndata: b"')}\n\n`)
  expect(codeOf(answer)).toBe('call.target_invalid')
})

test('M-21 MCP 2026-07-28, transports: nothing after the response passes', async () => {
  const answer = await streamed(
    `data: ${RESULT}\n\ndata: ${progress('late')}\n\ndata: ${RESULT}\n\n`,
  )
  expect(answer.json()).toEqual(JSON.parse(RELAYED))
})

test.each(['sse-server-request', 'sse-wrong-id'] as const)(
  'M-21 MCP 2026-07-28, transports: `%s` breaks the protocol and nothing of it passes',
  async (answer) => {
    world.target.behave({ answer })
    expect(codeOf(await call())).toBe('call.target_invalid')
  },
)

test('M-21 MCP 2026-07-28, transports: a request of the server in the middle of a stream ends it without a result', async () => {
  const request = '{"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{}}'
  const answer = await streamed(`data: ${progress('a')}\n\ndata: ${request}\n\ndata: ${RESULT}\n\n`)
  expect(answer.body).toContain(event(progress('a')))
  expect(answer.body).not.toContain('sampling')
  expect(lastCode(answer)).toBe('call.target_invalid')
})

test('M-21 MCP 2026-07-28, transports: notifications for other tokens, and those that nobody asked for, do not pass', async () => {
  const other = progress('a').replace('"progressToken":"p"', '"progressToken":"q"')
  const log =
    '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}'
  const changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'
  const answer = await streamed(
    `data: ${other}\n\ndata: ${log}\n\ndata: ${changed}\n\ndata: ${RESULT}\n\n`,
  )
  expect(answer.json()).toEqual(JSON.parse(RELAYED))
})

test('M-21 MCP 2026-07-28, transports: a line above 64 KiB that is no data is refused', async () => {
  expect(codeOf(await streamed(`: ${'x'.repeat(66_000)}\n\ndata: ${RESULT}\n\n`))).toBe(
    'call.result_too_large',
  )
  world.target.behave({ answer: 'sse-huge-line', bytes: 1_100_000 })
  expect(codeOf(await call())).toBe('call.result_too_large')
})

test('M-21 control: an answer of 700 KB in one line, as SDK v1 sends it, comes whole', async () => {
  const text = 'x'.repeat(700_000)
  const large = RESULT.replace('"content":[', `"content":[{"type":"text","text":"${text}"}`)
  const answer = await streamed(`data: ${large}\n\n`)
  expect(answer.body.includes(text)).toBe(true)
})

test('M-21 MCP 2026-07-28, transports: an event above 1 MiB is refused', async () => {
  const line = `data: ${' '.repeat(60_000)}\n`
  expect(codeOf(await streamed(`${line.repeat(18)}data: ${RESULT}\n\n`))).toBe(
    'call.result_too_large',
  )
})

test('M-21 MCP 2026-07-28, transports: a stream above the limit of all its bytes ends, with a refusal in place of a result', async () => {
  const one = `data: ${progress('x'.repeat(60_000))}\n\n`
  const count = Math.ceil(RESULT_BYTES / one.length)
  const answer = await streamed(`${one.repeat(count)}data: ${RESULT}\n\n`)
  expect(answer.body.length).toBeLessThan(RESULT_BYTES)
  expect(lastCode(answer)).toBe('call.result_too_large')
})

test('M-21 MCP 2026-07-28, transports: a stream that never ends is ended by the time of the call', async () => {
  world.target.behave({ answer: 'sse-endless', betweenEventsMs: 5 })
  expect(codeOf(await call())).toBe('call.target_timeout')
})

test('M-21 MCP 2026-07-28, transports: a stream that ends without a response is no result', async () => {
  expect(codeOf(await streamed(''))).toBe('call.connection_lost')
  expect(lastCode(await streamed(`data: ${progress('a')}\n\n`))).toBe('call.connection_lost')
})

test('M-21 control: progress and the result pass, each as one event', async () => {
  const answer = await streamed(`data: ${progress('a')}\n\ndata: ${RESULT}\n\n`)
  expect(answer.header('content-type')).toBe('text/event-stream')
  expect(answer.body).toBe(event(progress('a')) + event(RELAYED))
})
