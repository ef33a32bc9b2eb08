// `x-mcp-header` (SEP-2243) lets a target name a header and a caller fill it: names that mean something else are
// refused with their tool, values never end a line on the wire.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EVERY_TOOL } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { callText, post } from '../support/post.ts'
import { codeOf } from '../support/present.ts'

const declares = (name: string, header: unknown, type = 'string') => ({
  name,
  inputSchema: { type: 'object', properties: { note: { type, 'x-mcp-header': header } } },
})

const BAD_HEADERS: readonly unknown[] = [
  'authorization',
  'Authorization',
  'AUTHORIZATION',
  'Proxy-Authorization',
  'Cookie',
  'Set-Cookie',
  'Host',
  'Connection',
  'Keep-Alive',
  'Transfer-Encoding',
  'Content-Length',
  'TE',
  'Trailer',
  'Upgrade',
  'X-Forwarded-For',
  'Forwarded',
  'X-Real-IP',
  'Mcp-Name',
  'mcp-method',
  'X-Sallyport-Request-Id',
  'Evil\r\nX-Injected',
  'Evil: x',
  'Evil Header',
  'Evil\0',
  'Évil',
  '',
  'x'.repeat(65),
  42,
  null,
  ['Note'],
]
const BAD = [
  ...BAD_HEADERS.map((header, n) => declares(`bad${n}`, header)),
  declares('bad-type', 'Note', 'object'),
  declares('bad-number', 'Note', 'number'),
  {
    name: 'bad-twice',
    inputSchema: {
      type: 'object',
      properties: {
        a: { type: 'string', 'x-mcp-header': 'Note' },
        b: { type: 'string', 'x-mcp-header': 'NOTE' },
      },
    },
  },
  {
    name: 'bad-items',
    inputSchema: {
      type: 'object',
      properties: { a: { type: 'array', items: { type: 'string', 'x-mcp-header': 'Note' } } },
    },
  },
]
const GOOD = [declares('noted', 'Note'), { name: 'echo', inputSchema: { type: 'object' } }]

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({
    policies: EVERY_TOOL,
    target: { tools: [...BAD, ...GOOD], pageSize: 100 },
  })
})
afterAll(() => world.stop())

// First: without the defence, what follows breaks connections until the breaker opens.
test('M-14 control: a plain value of a good declaration arrives as it is', async () => {
  const answer = await post(world, {
    name: 'noted',
    body: callText('noted', '{"note":"plain"}'),
    set: { 'mcp-param-note': 'plain' },
  })
  expect(codeOf(answer)).toBeUndefined()
  expect(world.target.recording.calls('noted').at(-1)?.headers.get('mcp-param-note')).toBe('plain')
})

test('M-14 SEP-2243: tools that declare a header that they may not are not listed', async () => {
  const { tools } = (await world.call({ method: 'tools/list' })).json()['result'] as {
    tools: { name: string }[]
  }
  expect(tools.map(({ name }) => name)).toEqual(['echo', 'noted'])
})

test.each(
  BAD.map(({ name, inputSchema }) => [name, JSON.stringify(inputSchema.properties).slice(0, 80)]),
)('M-14 SEP-2243: %s, with %s, is not callable', async (name) => {
  const answer = await post(world, { name, body: callText(name, '{"note":"x"}') })
  expect(codeOf(answer)).toBe('authorize.no_such_tool')
  expect(world.target.recording.calls(name)).toEqual([])
})

const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`
const decode = (value: string | undefined) => {
  const encoded = /^=\?base64\?(.*)\?=$/.exec(value ?? '')?.[1]
  return encoded === undefined ? value : Buffer.from(encoded, 'base64').toString()
}

test.each([
  'a\r\nX-Injected: 1',
  'a\nX-Injected: 1',
  'a\rX-Injected: 1',
  'a\r\n\r\nGET /injected HTTP/1.1\r\nHost: x\r\n\r\n',
  'a\0b',
  '\u010d\u010aX-Injected: 1',
  ' padded ',
  '\ttab first',
  'é € 😀',
  '=?base64?ZWNobw==?=',
  '\u007f',
  '',
])('M-14 RFC 9110 §5.5: the value %j stays one header value on the wire', async (note) => {
  const args = JSON.stringify({ note })
  const answer = await post(world, {
    name: 'noted',
    body: callText('noted', args),
    set: { 'mcp-param-note': base64(note) },
  })
  expect(codeOf(answer)).toBeUndefined()
  const call = world.target.recording.calls('noted').at(-1)
  const sent = (call?.rawHeaders ?? []).filter((_, n, all) =>
    /^mcp-param-note$/i.test(all[n - 1] ?? ''),
  )
  expect(sent.map(decode)).toEqual([note])
  expect(call?.headers.has('x-injected')).toBe(false)
  expect(world.target.recording.bytes().toString('latin1')).not.toMatch(
    /[\r\n](X-Injected|GET \/inj)/,
  )
})

test('M-14 SEP-2243: headers that nobody declared pass by their own name or not at all', async () => {
  const answer = await post(world, {
    more: [
      ['Mcp-Param-Authorization', 'Bearer x'],
      ['Mcp-Param-Cookie', 'a=b'],
      ['Mcp-Param-Note', 'é'],
      ['Mcp-Param-', 'x'],
    ],
  })
  expect(codeOf(answer)).toBeUndefined()
  const { headers } = world.target.recording.calls('echo').at(-1) ?? { headers: new Map() }
  for (const name of ['authorization', 'cookie', 'mcp-param-', 'mcp-param-note'])
    expect(headers.has(name)).toBe(false)
})
