// An old protocol version to get around what the modern era checks: a route that serves the modern era alone says so to
// everybody else, one with a floor goes no lower, and where both eras are served the old one is no way around anything.
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startAskingTarget, type AskingTarget } from '../support/asking-target.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { initialize, openSession, postOld } from '../support/old-client.ts'
import { openStream } from '../support/open-stream.ts'
import { post } from '../support/post.ts'
import { untilOffered } from '../support/until-offered.ts'

let world: TestGateway
let floored: TestGateway
let asking: AskingTarget
let listening: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ yaml: 'minProtocol: 2026-07-28' })
  floored = await startTestGateway({ targetSettings: 'minProtocol: 2025-11-25' })
  asking = await startAskingTarget()
  listening = await startTestGateway({
    yaml: `  asking: { kind: mcp, url: "${asking.url}", allowInsecureTarget: true, minProtocol: 2026-07-28 }`,
  })
  await untilOffered(listening, 'asking')
})
afterAll(async () => {
  await world.stop()
  await floored.stop()
  await listening.stop()
  await asking.stop()
})

const ROUTES = ['/mcp', '/mcp/', '/mcp/records', '/mcp/records/']
const OLD = [
  '2024-11-05',
  '2025-03-26',
  '2025-06-18',
  '2025-11-25',
  '0',
  '',
  'DRAFT-2026-v1',
  '2026-07-27',
  '9999-01-01',
]

/** A call that claims one version in its header and another one in its body; `undefined` leaves it out. */
async function claim(path: string, header: string | undefined, body: string | undefined) {
  const before = world.callsAtTarget().length
  const name = path.includes('records') ? 'echo' : 'records___echo'
  const _meta = {
    'io.modelcontextprotocol/clientCapabilities': {},
    ...(body === undefined ? {} : { 'io.modelcontextprotocol/protocolVersion': body }),
  }
  const params = { name, arguments: {}, _meta }
  const answer = await post(world, {
    path,
    name,
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    set: { 'mcp-protocol-version': header },
  })
  expect(world.callsAtTarget().length - before).toBe(answer.status === 200 ? 1 : 0)
  const { error } = answer.json() as { error?: { code?: number; data?: object } }
  return { status: answer.status, code: error?.code, data: error?.data }
}

test.each(OLD)(
  'M-05 MCP 2026-07-28: version `%s` in header and body is refused on every route',
  async (version) => {
    for (const path of ROUTES) {
      expect(await claim(path, version, version)).toMatchObject({
        status: 400,
        code: -32022,
        data: { supported: ['2026-07-28'], requested: version },
      })
    }
  },
)

test.each(OLD)(
  'M-05 SEP-2243: version `%s` in the header alone, or in the body alone, is refused',
  async (version) => {
    for (const [header, body] of [
      [version, '2026-07-28'],
      ['2026-07-28', version],
    ]) {
      expect(await claim('/mcp/records', header, body)).toMatchObject({ status: 400 })
    }
  },
)

test('M-05 MCP 2026-07-28: no version at all is the old era and is refused', async () => {
  for (const path of ROUTES) {
    expect(await claim(path, undefined, undefined)).toMatchObject({ status: 400, code: -32022 })
    expect(await claim(path, '2025-11-25', undefined)).toMatchObject({ status: 400, code: -32022 })
    expect(await claim(path, '2026-07-28', undefined)).toMatchObject({ status: 400 })
    expect(await claim(path, undefined, '2026-07-28')).toMatchObject({ status: 400, code: -32020 })
  }
})

test('M-05 MCP 2026-07-28: `initialize` of the old era opens no session', async () => {
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'x', version: '1' },
  }
  const answer = await post(world, {
    method: 'initialize',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
    set: { 'mcp-protocol-version': undefined, 'mcp-method': undefined },
  })
  expect(answer.status).toBe(400)
  expect(answer.header('mcp-session-id')).toBeUndefined()
  expect(answer.json()).toMatchObject({ error: { code: -32022 } })
})

const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' }
const errorOf = (answer: { json: () => unknown }) =>
  (answer.json() as { error?: { code: number; data: object } }).error

test('M-05 MCP 2025-11-25: a session is never opened below the floor of its route', async () => {
  for (const asked of ['2024-11-05', '2025-03-26', '2025-06-18', '0', 'zzz']) {
    const answer = await postOld(floored, initialize(asked))
    expect(answer.json()).toMatchObject({ result: { protocolVersion: '2025-11-25' } })
  }
  const elsewhere = await postOld(floored, initialize('2025-03-26'), { path: '/mcp' })
  expect(elsewhere.json()).toMatchObject({ result: { protocolVersion: '2025-03-26' } })
})

test('M-05 MCP 2025-06-18: a header below the floor, or of no revision, is refused in a good session', async () => {
  const session = await openSession(floored)
  for (const version of ['2025-06-18', '2025-03-26', '2024-11-05', '0', '']) {
    const answer = await postOld(floored, list, { session, version })
    expect(answer.status).toBe(400)
    expect(errorOf(answer)).toMatchObject({
      code: -32022,
      data: { supported: ['2026-07-28', '2025-11-25'], requested: version },
    })
  }
  expect((await postOld(floored, list, { session, version: '2025-11-25' })).status).toBe(200)
})

test('M-05 protocol §1: a target that demands a newer revision is not there at the endpoint of all targets either', async () => {
  const before = floored.callsAtTarget().length
  const session = await openSession(floored, { path: '/mcp', protocolVersion: '2025-06-18' })
  const at = { session, path: '/mcp' }
  expect((await postOld(floored, list, at)).json()).toMatchObject({ result: { tools: [] } })
  const params = { name: 'records___echo', arguments: {} }
  const call = await postOld(floored, { ...list, method: 'tools/call', params }, at)
  expect(errorOf(call)).toMatchObject({ code: -32602, data: { code: 'authorize.no_such_tool' } })
  expect(floored.callsAtTarget().length).toBe(before)
})

test('M-05 protocol §8: nor can its resources be subscribed to, and they look like resources that there are not', async () => {
  const session = await openSession(listening, { path: '/mcp' })
  const subscribe = (uri: string) =>
    postOld(
      listening,
      { jsonrpc: '2.0', id: 3, method: 'resources/subscribe', params: { uri } },
      { session, path: '/mcp' },
    )
  const hidden = await subscribe('notes://plan')
  expect(errorOf(hidden)).toMatchObject({ data: { code: 'authorize.no_such_resource' } })
  const shape = ({ status, json }: typeof hidden) => {
    const { message, code } = errorOf({ json }) as { message?: string; code: number }
    return { status, message, code }
  }
  expect(shape(hidden)).toEqual(shape(await subscribe('notes://nothing')))
})

test('M-05 control: a client of the modern era hears of that resource on the same endpoint', async () => {
  const url = listening.resource()
  const { headers, body } = modernRequest({
    method: 'subscriptions/listen',
    token: listening.token({ resource: url }),
    params: { notifications: { resourceSubscriptions: ['notes://plan'] } },
  })
  const stream = await openStream(url, headers, body)
  await vi.waitFor(() => {
    asking.notify.resourceUpdated('notes://plan')
    expect(stream.messages.length).toBeGreaterThan(1)
  }, 10_000)
  stream.close()
})

test('M-05 RFC 8707: a session of one endpoint is none at another', async () => {
  const session = await openSession(floored, { path: '/mcp', protocolVersion: '2025-03-26' })
  const answer = await postOld(floored, list, { session })
  expect([answer.status, errorOf(answer)?.code]).toEqual([404, -32001])
})

test('M-05 protocol §1: the old era without a session is refused where it is served, and calls nothing', async () => {
  const before = floored.callsAtTarget().length
  for (const version of [undefined, '2025-11-25']) {
    const message = { ...list, method: 'tools/call', params: { name: 'echo', arguments: {} } }
    const answer = await postOld(floored, message, version === undefined ? {} : { version })
    expect([answer.status, errorOf(answer)?.code]).toEqual([400, -32000])
  }
  expect(floored.callsAtTarget().length).toBe(before)
})

test('M-05 control: sessions at and above the floor list their tools', async () => {
  const session = await openSession(floored)
  expect((await postOld(floored, list, { session })).body).toContain('"echo"')
  const everywhere = await openSession(floored, { path: '/mcp' })
  const all = await postOld(floored, list, { session: everywhere, path: '/mcp' })
  expect(all.body).toContain('"records___echo"')
})

test('M-05 control: the version that is served gets its answer on every route', async () => {
  for (const path of ROUTES)
    expect(await claim(path, '2026-07-28', '2026-07-28')).toMatchObject({ status: 200 })
})
