// A client that nobody here wrote: the MCP SDK's own, with its own OAuth code, goes from the bare URL to a result
// (discovery, registration, PKCE, tokens). Ours is only the person at the sign-in page, and where things are kept.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { startGateway, type Gateway } from '@sallyport/gateway/app.ts'
import { loadConfig } from '@sallyport/gateway/config/load.ts'
import { renderProblems } from '@sallyport/gateway/config/render-problems.ts'
import { startWorld, type World } from '@sallyport/sample/world.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { devConfig } from '../../cli/src/dev/dev-config.ts'
import { freePort } from '../../bench/src/free-port.ts'
import { personAt } from '../support/person-at-a-client.ts'

let folder: string
let world: World
let gateway: Gateway
let origin: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-sdk-'))
  const port = await freePort()
  origin = `http://127.0.0.1:${port}`
  const gatewayResources = [`${origin}/mcp`, `${origin}/mcp/market`]
  world = await startWorld({ gatewayResources })
  cpSync('sample/acme/policies', join(folder, 'policies'), { recursive: true })
  const file = join(folder, 'sallyport.yaml')
  const { issuer, marketUrl, documentsUrl } = world
  writeFileSync(file, devConfig({ port, issuer, marketUrl, documentsUrl }))
  const loaded = await loadConfig(file, {})
  if ('problems' in loaded) throw new Error(renderProblems(loaded.problems, false))
  gateway = await startGateway({ loaded, environment: {}, stream: { write: () => undefined } })
  await gateway.described
})
afterAll(async () => {
  await gateway.close({ serveOnMs: 0, finishMs: 1000 })
  await world.stop()
  rmSync(folder, { recursive: true })
})

async function connect(
  url: string,
  username: string,
  mode: 'auto' | { pin: string },
): Promise<Client> {
  const authProvider = personAt(username)
  const client = () => new Client({ name: 'sdk', version: '1' }, { versionNegotiation: { mode } })
  const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider })
  const first = transport()
  await expect(client().connect(first)).rejects.toThrow(UnauthorizedError)
  await first.finishAuth(authProvider.callback().searchParams)
  const connected = client()
  await connected.connect(transport())
  return connected
}

describe('the MCP SDK’s client, from the bare URL to a result', () => {
  test('MCP 2026-07-28, pinned: Alice at one target', async () => {
    const client = await connect(`${origin}/mcp/market`, 'alice', { pin: '2026-07-28' })
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('get_load')
    const result = await client.callTool({ name: 'list_markets', arguments: {} })
    expect(result.isError).not.toBe(true)
    expect(result.structuredContent).toMatchObject({ markets: expect.any(Array) as unknown })
    await client.close()
  })

  test('MCP 2026-07-28, negotiated: Bob at all targets sees other tools than Alice', async () => {
    const client = await connect(`${origin}/mcp`, 'bob', 'auto')
    const { tools } = await client.listTools()
    const names = tools.map(({ name }) => name)
    expect(names).toContain('market___set_price_alert')
    expect(names).not.toContain('market___get_load')
    const hidden = client.callTool({ name: 'market___get_load', arguments: {} })
    await expect(hidden).rejects.toThrow('there is no such tool')
    await client.close()
  })
})
