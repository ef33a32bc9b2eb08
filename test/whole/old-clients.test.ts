// Clients of the old era from connect to result and denial (protocol §3, §4): the SDK of the old era, and the new one's
// client in its default, old, manner, against targets of the modern era.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { connectOld } from '../support/old-client.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

describe('MCP 2025-11-25: the client of SDK v1', () => {
  test('goes from connect to list, result and denial', async () => {
    const { client, transport } = await connectOld(world)
    expect(transport.protocolVersion).toBe('2025-11-25')
    expect(client.getServerVersion()?.name).toBe('sallyport')
    const { tools } = await client.listTools()
    const names = tools.map(({ name }) => name)
    expect(names).toContain('echo')
    expect(names).not.toContain('delete_record')
    const result = await client.callTool({ name: 'echo', arguments: { a: 1 } })
    expect(result).not.toHaveProperty('resultType')
    expect(result.isError).not.toBe(true)
    const hidden = client.callTool({ name: 'delete_record', arguments: {} })
    await expect(hidden).rejects.toMatchObject({ code: -32_602 })
    expect(world.target.recording.calls('delete_record')).toEqual([])
    await client.ping()
    await client.setLoggingLevel('warning')
    await transport.terminateSession()
    await client.close()
  })
})
