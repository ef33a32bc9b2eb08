// What a client writes into the log: each record stays one line of valid JSON, without a control character, bounded.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { sendRaw } from '../support/raw.ts'
import { startSink, type TestSink } from '../support/sink.ts'

let world: TestGateway
let sink: TestSink
beforeAll(async () => {
  sink = await startSink()
  world = await startTestGateway({
    yaml: `audit:
  reserveBytes: 65536
  sinks: { siem: { kind: https, url: "${sink.url}", allowInsecure: true } }`,
  })
})
afterAll(async () => {
  await world.stop()
  await sink.stop()
})

const FORGED = '{"level":30,"time":1,"msg":"request","outcome":"ok","tool":"forged"}'
const TEXTS = [
  `a\r\n${FORGED}\r\n`,
  `a\n${FORGED}`,
  '\u001b[2J\u001b[31mred\u001b]0;title\u0007',
  '\u009b31m\u0085\u007f',
  '","level":60,"forged":"',
  '"}\n{"level":60,"forged":true,"x":"',
  '\u2028\u2029\u202e\u200b\ufeff',
  '\\u000a\\n\\',
  '\ud83d\ude00',
  'a'.repeat(100_000),
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.',
]
const LONGEST = 16 * 1024

/** Lines of the log, parsed: throws where one is no JSON. */
const lines = () => world.log().split('\n').filter(Boolean)

async function send(text: string): Promise<void> {
  const request = modernRequest({
    method: 'tools/call',
    params: { name: text, arguments: { [text]: text }, _meta: { [text.slice(0, 50)]: text } },
    token: world.token({ claims: { client_id: text, sub: text, [text]: text } }),
    // A header this long would be refused before anything else.
    headers: text.length > 4000 ? { 'mcp-name': 'echo' } : {},
  })
  const headers = Object.entries(request.headers)
  if (text.length > 4000) headers.splice(0, headers.length, ...headers.map(shortToken))
  await world.raw({ path: '/mcp/records', headers, body: request.body })
  const otherMethod = modernRequest({ method: 'tools/list', token: world.token() })
  const body = otherMethod.body.replace('"tools/list"', JSON.stringify(text))
  const named = { ...otherMethod.headers, 'mcp-method': text.replaceAll(/[^\x20-\x7e]/g, '?') }
  await world.raw({ path: '/mcp/records', headers: Object.entries(named), body })
}

const shortToken = ([name, value]: [string, string]): [string, string] =>
  name === 'authorization' ? [name, `Bearer ${world.token()}`] : [name, value]

test('H-17 CWE-117: whatever a client writes, each record is one line of valid JSON', async () => {
  for (const text of TEXTS) await send(text)
  for (const line of lines()) {
    expect(() => JSON.parse(line) as unknown).not.toThrow()
    expect(line.length).toBeLessThan(LONGEST)
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  }
})

test('H-17 CWE-117: no text becomes a record or a member of its own', async () => {
  for (const text of TEXTS) await send(text)
  for (const line of lines()) {
    const record = JSON.parse(line) as Record<string, unknown>
    expect(record).not.toHaveProperty('forged')
    expect(record['tool']).not.toBe('forged')
    expect(record['level']).toBeLessThan(60)
    expect(line.match(/"level":\d/g)).toHaveLength(1)
  }
})

test('H-17 CWE-117: in the audit log and at a sink each record is one line, with its leaf, without a control character', async () => {
  for (const text of TEXTS) await send(text)
  const last = await sendRaw(world.port, goodCall(world).text())
  const requestId = last.header('x-sallyport-request-id') ?? 'no id'
  await vi.waitFor(() => expect(sink.received()).toContain(`"requestId":"${requestId}"`), 10_000)
  const records = sink.received().split('\n').filter(Boolean)
  expect(records.length).toBeGreaterThan(TEXTS.length)
  for (const [at, line] of records.entries()) {
    expect(line.length).toBeLessThan(LONGEST + 100)
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(line).toMatch(/^\{"leaf":"[\w-]{43}","record":\{/)
    const { record } = JSON.parse(line) as { record: Record<string, unknown> }
    expect(record).toMatchObject({ sequence: at })
    expect(record).not.toHaveProperty('forged')
  }
})

test('H-17 CWE-117: a user agent of 10 MB is no line of the log', async () => {
  const before = lines().length
  const bytes = goodCall(world).text({ more: [`User-Agent: ${'a'.repeat(10 * 1024 * 1024)}`] })
  expect((await sendRaw(world.port, bytes)).status).toBe(431)
  expect(
    lines()
      .slice(before)
      .every((line) => line.length < LONGEST),
  ).toBe(true)
})

test('H-17 control: a call is one line that names its tool', async () => {
  const answer = await sendRaw(world.port, goodCall(world).text())
  const requestId = answer.header('x-sallyport-request-id') ?? 'no id'
  const [line, ...more] = world
    .log()
    .split('\n')
    .filter((text) => text.includes(requestId))
  expect(JSON.parse(line ?? '')).toMatchObject({ msg: 'request', tool: 'records___echo' })
  expect(more).toEqual([])
})
