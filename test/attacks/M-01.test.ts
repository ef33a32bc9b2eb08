// Headers that mirror the body (SEP-2243) and do not: whoever routes or meters by the headers must not see
// another call than the one that is decided on. Whatever differs is refused, and nothing reaches the target.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { openSession, postOld } from '../support/old-client.ts'
import { callText, post, type Post } from '../support/post.ts'

const TOOLS = [
  { name: 'echo', inputSchema: { type: 'object', additionalProperties: true } },
  { name: 'delete_record', inputSchema: { type: 'object' } },
  {
    name: 'by_region',
    inputSchema: {
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        count: { type: 'integer', 'x-mcp-header': 'Count' },
      },
    },
  },
]

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ target: { tools: TOOLS } })
})
afterAll(() => world.stop())

/** Status, JSON-RPC code, and how many calls came to the target. */
async function outcome(what: Post) {
  const before = world.callsAtTarget().length
  const answer = await post(world, what)
  const { error } = answer.json() as { error?: { code?: number } }
  return [answer.status, error?.code, world.callsAtTarget().length - before]
}
const MISMATCH = [400, -32020, 0]
const base64 = (text: string | Buffer) => `=?base64?${Buffer.from(text).toString('base64')}?=`

test.each(['mcp-protocol-version', 'mcp-method', 'mcp-name'])(
  'M-01 SEP-2243: a request without %s is refused',
  async (header) => {
    expect(await outcome({ set: { [header]: undefined } })).toEqual(MISMATCH)
  },
)

test.each([
  ['MCP-Protocol-Version', '2026-07-28'],
  ['mcp-method', 'tools/call'],
  ['MCP-NAME', 'echo'],
  ['Mcp-Name', 'delete_record'],
])('M-01 SEP-2243: a second %s, equal or not, is refused', async (header, value) => {
  expect(await outcome({ more: [[header, value]] })).toEqual(MISMATCH)
})

test.each([
  ['mcp-protocol-version', '2026-12-31'],
  ['mcp-method', 'tools/list'],
  ['mcp-method', 'Tools/Call'],
  ['mcp-method', base64('tools/call')],
  ['mcp-name', 'delete_record'],
  ['mcp-name', 'ECHO'],
  ['mcp-name', ''],
  ['mcp-name', base64('delete_record')],
  ['mcp-name', '=?base64?ZWNobw?='],
  ['mcp-name', '=?base64?ZWNobx==?='],
  ['mcp-name', base64(Buffer.from([0xff, 0xfe]))],
  ['mcp-name', '=?BASE64?ZWNobw==?='],
])('M-01 SEP-2243: %s: %s beside a call of echo is refused', async (header, value) => {
  expect(await outcome({ set: { [header]: value } })).toEqual(MISMATCH)
})

test('M-01 SEP-2243: a body that calls another tool than the header says is refused', async () => {
  const body = callText('delete_record', '{}')
  expect(await outcome({ name: 'echo', body })).toEqual(MISMATCH)
})

test('M-01 SEP-2243: policy reads the body, whatever other spelling of the headers agrees with it', async () => {
  const answer = await post(world, {
    body: callText('delete_record', '{}'),
    set: { 'mcp-name': base64('delete_record') },
  })
  expect(answer.json()).toMatchObject({ error: { data: { code: 'authorize.no_such_tool' } } })
  expect(world.target.recording.calls('delete_record')).toEqual([])
})

const regional = (args: object, headers: Readonly<Record<string, string>> = {}): Post => ({
  name: 'by_region',
  body: callText('by_region', JSON.stringify(args)),
  set: headers,
})

test.each([
  ['is missing', { region: 'de' }, {}],
  ['differs', { region: 'de' }, { 'mcp-param-region': 'fr' }],
  ['differs in case', { region: 'de' }, { 'mcp-param-region': 'DE' }],
  ['is another text behind base64', { region: 'de' }, { 'mcp-param-region': base64('fr') }],
  ['is broken base64', { region: 'de' }, { 'mcp-param-region': '=?base64?ZGU?=' }],
  ['is another number', { count: 12 }, { 'mcp-param-count': '13' }],
  ['is no decimal', { count: 12 }, { 'mcp-param-count': '0xc' }],
])('M-01 SEP-2243: a declared Mcp-Param that %s is refused', async (_what, args, headers) => {
  expect(await outcome(regional(args, headers))).toEqual(MISMATCH)
})

test('M-01 SEP-2243: a declared Mcp-Param that comes twice is refused', async () => {
  const good = regional({ region: 'de' }, { 'mcp-param-region': 'de' })
  expect(await outcome({ ...good, more: [['Mcp-Param-Region', 'de']] })).toEqual(MISMATCH)
})

const oldCall = (name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
})

test.each([
  ['another name', { 'mcp-name': 'delete_record' }, oldCall('echo')],
  ['another method', { 'mcp-method': 'tools/list' }, oldCall('echo')],
  ['an empty name', { 'mcp-name': '' }, oldCall('echo')],
  ['another argument', { 'mcp-param-region': 'fr' }, oldCall('by_region', { region: 'de' })],
])(
  'M-01 SEP-2243: a request of the old era, which need not mirror, is refused where it mirrors %s',
  async (_what, set, message) => {
    const before = world.callsAtTarget().length
    const session = await openSession(world)
    const answer = await postOld(world, message, { session, set })
    expect([answer.status, (answer.json() as { error?: { code?: number } }).error?.code]).toEqual([
      400, -32020,
    ])
    expect(world.callsAtTarget().length).toBe(before)
  },
)

test('M-01 SEP-2243: nothing can mirror a batch', async () => {
  const session = await openSession(world, { protocolVersion: '2025-03-26' })
  const set = { 'mcp-method': 'tools/call', 'mcp-name': 'echo' }
  const answer = await postOld(world, [oldCall('echo')], { session, set })
  expect(answer.status).toBe(400)
})

test('M-01 control: the old era calls without mirrors, and with such as agree', async () => {
  const session = await openSession(world)
  const good = { 'mcp-method': 'tools/call', 'mcp-name': 'by_region', 'mcp-param-region': 'de' }
  for (const set of [{}, good]) {
    const answer = await postOld(world, oldCall('by_region', { region: 'de' }), { session, set })
    expect(answer.json()).toHaveProperty('result.content')
  }
})

test('M-01 control: headers that equal the body pass, plain, in base64 and as declared', async () => {
  expect((await post(world)).status).toBe(200)
  expect(await outcome({ set: { 'mcp-name': base64('echo') } })).toEqual([200, undefined, 1])
  const both = { 'mcp-param-region': base64('dé'), 'mcp-param-count': '12' }
  expect(await outcome(regional({ region: 'dé', count: 12 }, both))).toEqual([200, undefined, 1])
})
