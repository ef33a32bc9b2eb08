// An old protocol version to get around what the modern era checks: this version serves the modern era alone, on every
// route, and says so.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { post } from '../support/post.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

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

test('M-05 control: the version that is served gets its answer on every route', async () => {
  for (const path of ROUTES)
    expect(await claim(path, '2026-07-28', '2026-07-28')).toMatchObject({ status: 200 })
})
