// The recording target itself: it must not alter what it shows, and must misbehave when told.
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { modernRequest, type ModernCall } from '../../src/modern-request.ts'
import type { AnswerKind } from '../../src/recording-target/behaviour.ts'
import {
  startRecordingTarget,
  type RecordingTarget,
} from '../../src/recording-target/recording-target.ts'

let target: RecordingTarget
beforeAll(async () => {
  target = await startRecordingTarget()
})
afterAll(() => target.stop())
afterEach(() => {
  target.behaveHonestly()
  target.recording.clear()
})

const NUMBERS = '[9007199254740993,12345678901234567.89,-0,1E5,1.10,1e400]'
const ECHO: ModernCall = { method: 'tools/call', params: { name: 'echo', arguments: { a: 1 } } }

test('M-28 RFC 8259 §6: numbers are echoed byte for byte', async () => {
  const { body, ...request } = modernRequest(ECHO)
  const sent = body.replace('{"a":1}', `{"numbers":${NUMBERS}}`)
  const response = await fetch(target.url, { ...request, body: sent })
  expect(await response.text()).toContain(
    `"structuredContent":{"tool":"echo","arguments":{"numbers":${NUMBERS}}}`,
  )
  expect(target.recording.calls('echo')[0]?.body.toString()).toBe(sent)
})

test('every byte is recorded as it came, before anything parses it', async () => {
  const { host, port } = new URL(target.url)
  const sent = `POST /mcp HTTP/1.1\r\nHost: ${host}\r\nx-ODD:  Case \r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`
  await talk(Number(port), [sent.slice(0, 30), sent.slice(30)])
  expect(target.recording.bytes().toString()).toBe(sent)
  expect(target.recording.exchanges[0]?.rawHeaders).toContain('x-ODD')
})

test('bytes that are no request are recorded too', async () => {
  const { port } = new URL(target.url)
  await talk(Number(port), ['\u0016\u0003 not http at all\r\n\r\n'])
  expect(target.recording.bytes().toString()).toBe('\u0016\u0003 not http at all\r\n\r\n')
  expect(target.recording.exchanges).toHaveLength(0)
})

test('MCP server/utilities/pagination: tools come in pages', async () => {
  const names: string[] = []
  let cursor: string | undefined
  do {
    const params = cursor === undefined ? {} : { cursor }
    const { result } = (await (await post({ method: 'tools/list', params })).json()) as {
      result: { tools: { name: string }[]; nextCursor?: string }
    }
    names.push(...result.tools.map(({ name }) => name))
    cursor = result.nextCursor
  } while (cursor !== undefined)
  expect(names).toEqual(['echo', 'read_record', 'write_record', 'delete_record', 'stream_records'])
})

test('server/discover, unknown tools and unknown methods are answered by the book', async () => {
  expect(await json({ method: 'server/discover' })).toMatchObject({
    result: { supportedVersions: ['2026-07-28'], resultType: 'complete' },
  })
  expect(await json({ method: 'tools/call', params: { name: 'nope' } })).toMatchObject({
    error: { code: -32602 },
  })
  expect((await post({ method: 'ping' })).status).toBe(404)
})

test('a stream sends a notification per record and then the result', async () => {
  const params = { name: 'stream_records', arguments: { count: 3 } }
  const text = await (await post({ method: 'tools/call', params, progressToken: 7 })).text()
  expect(text.match(/^data: /gm)).toHaveLength(4)
  expect(text).toContain('"progressToken":7,"progress":3,"total":3')
})

test.each<[AnswerKind, RegExp]>([
  ['rpc-error', /"code":-32603/],
  ['tool-error', /"isError":true/],
  ['html-login', /^<!doctype html>/],
  ['invalid-json', /\{$/],
  ['not-json-rpc', /"hello"/],
  ['wrong-id', /"id":"somebody-elses"/],
  ['duplicate-members', /"result":.*"result":/],
  ['huge-numbers', /\[9007199254740993,12345678901234567\.89,-0,1E5,1\.10,9{64}\]/],
  ['input-required', /"resultType":"input_required"/],
  ['unknown-result-type', /"resultType":"something-new"/],
  ['sse-line-breaks', /\r\n\r\nevent: message\rdata: /],
  ['sse-forged-events', /event: endpoint/],
  ['sse-server-request', /sampling\/createMessage/],
  ['sse-no-result', /nothing follows/],
  ['sse-wrong-id', /somebody-elses/],
  ['sse-two-results', /first[^]*second/],
])('told to, it answers %s', async (answer, expected) => {
  target.behave({ answer })
  expect(await (await post(ECHO)).text()).toMatch(expected)
})

test('told to, it challenges, redirects and adds headers', async () => {
  target.behave({ answer: 'unauthorized' })
  const challenged = await post(ECHO)
  expect([challenged.status, challenged.headers.get('set-cookie')]).toEqual([
    401,
    'target=1; Path=/',
  ])
  target.behave({ answer: 'redirect', redirectTo: 'http://127.0.0.1:1/x' })
  const redirected = await fetch(target.url, { ...modernRequest(ECHO), redirect: 'manual' })
  expect([redirected.status, redirected.headers.get('location')]).toEqual([
    307,
    'http://127.0.0.1:1/x',
  ])
  target.behave({ answer: 'extra-headers' })
  expect((await post(ECHO)).headers.get('mcp-session-id')).toBe('forged-session')
})

test('D-03: the bomb is small on the wire and large within', async () => {
  target.behave({ answer: 'gzip-bomb', bytes: 4 * 1024 * 1024 })
  const { host, port } = new URL(target.url)
  const { headers, body } = modernRequest(ECHO)
  const head = Object.entries({
    ...headers,
    host,
    connection: 'close',
    'content-length': `${body.length}`,
  })
  const request = `POST /mcp HTTP/1.0\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
  const answer = await talk(Number(port), [request])
  const packed = answer.subarray(answer.indexOf('\r\n\r\n') + 4)
  expect(packed.length).toBeLessThan(100_000)
  expect(gunzipSync(packed).length).toBeGreaterThan(4 * 1024 * 1024)
})

test('an endless stream ends when the client goes away', async () => {
  target.behave({ answer: 'sse-endless' })
  const gone = new AbortController()
  const response = await fetch(target.url, { ...modernRequest(ECHO), signal: gone.signal })
  const reader = response.body?.getReader()
  await reader?.read()
  gone.abort()
  await expect(reader?.read()).rejects.toThrow('abort')
  await expect.poll(() => target.recording.broken()).toBe(1)
})

test('dead in three ways, then alive again', async () => {
  target.behave({ dead: 'resets' })
  await expect(post(ECHO)).rejects.toThrow('fetch failed')
  target.behave({ dead: 'hangs' })
  const patience = { ...modernRequest(ECHO), signal: AbortSignal.timeout(50) }
  await expect(fetch(target.url, patience)).rejects.toThrow('timeout')
  target.behaveHonestly()
  await target.die()
  await expect(post(ECHO)).rejects.toThrow('fetch failed')
  await target.revive()
  expect((await post(ECHO)).status).toBe(200)
})

test('M-12: other definitions are offered from the next list on', async () => {
  const other = await startRecordingTarget()
  other.offer([{ name: 'echo', description: 'changed', inputSchema: { type: 'object' } }])
  const response = await fetch(other.url, modernRequest({ method: 'tools/list' }))
  expect(await response.json()).toMatchObject({ result: { tools: [{ description: 'changed' }] } })
  await other.stop()
})

function post(request: ModernCall) {
  return fetch(target.url, modernRequest(request))
}

async function json(request: ModernCall) {
  const answer: unknown = await (await post(request)).json()
  return answer
}

function talk(port: number, pieces: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const answer: Buffer[] = []
    const socket = connect(port, '127.0.0.1')
    socket.on('data', (chunk) => answer.push(chunk))
    socket.on('close', () => resolve(Buffer.concat(answer)))
    socket.on('error', reject)
    for (const piece of pieces) socket.write(piece)
  })
}
