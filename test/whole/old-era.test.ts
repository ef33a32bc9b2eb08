// A client of the old era meets a route that serves the modern one alone: the answers that such a client knows how to
// read (MCP 2026-07-28, basic/versioning).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import type { RawAnswer } from '../support/raw.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ yaml: 'minProtocol: 2026-07-28' })
})
afterAll(() => world.stop())

function post(
  message: object,
  more: readonly (readonly [string, string])[] = [],
): Promise<RawAnswer> {
  const headers: (readonly [string, string])[] = [
    ['Authorization', `Bearer ${world.token()}`],
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json, text/event-stream'],
    ...more,
  ]
  return world.raw({ path: '/mcp/records', headers, body: JSON.stringify(message) })
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 7,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'old', version: '1' },
  },
}

describe('MCP 2026-07-28, basic/versioning: a modern-only server', () => {
  test('answers initialize with −32022 and the versions that it speaks', async () => {
    const answer = await post(INITIALIZE)
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({
      id: 7,
      error: { code: -32_022, data: { supported: ['2026-07-28'], requested: '2025-06-18' } },
    })
    expect(answer.header('mcp-session-id')).toBeUndefined()
  })

  test('answers a request of an old session in the same way', async () => {
    const message = { jsonrpc: '2.0', id: 8, method: 'tools/list', params: {} }
    const answer = await post(message, [
      ['MCP-Protocol-Version', '2025-06-18'],
      ['Mcp-Session-Id', 'an-old-session'],
    ])
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ id: 8, error: { code: -32_022 } })
  })

  test('does not open the old stream', async () => {
    const headers = [
      ['Authorization', `Bearer ${world.token()}`],
      ['Accept', 'text/event-stream'],
    ] as const
    const answer = await world.raw({ method: 'GET', path: '/mcp/records', headers })
    expect(answer.status).toBe(405)
  })

  test('makes the SDK’s old client fail with a version that it can name', async () => {
    const client = new Client(
      { name: 'old', version: '1' },
      { versionNegotiation: { mode: 'legacy' } },
    )
    const transport = new StreamableHTTPClientTransport(new URL(world.resource('records')), {
      requestInit: { headers: { authorization: `Bearer ${world.token()}` } },
    })
    await expect(client.connect(transport)).rejects.toThrow('2026-07-28')
    await client.close()
    expect(world.callsAtTarget()).toEqual([])
  })
})
