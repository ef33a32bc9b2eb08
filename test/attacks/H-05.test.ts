// Paths that a policy, a proxy and a target could read in different ways.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { AMBIGUOUS } from '../support/ambiguous-targets.ts'
import { codeOf } from '../support/present.ts'
import { sendRaw } from '../support/raw.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const at = (path: string) => {
  const request = goodCall(world).text({ line: `POST ${path} HTTP/1.1` })
  return sendRaw(world.port, Buffer.from(request, 'latin1'))
}

test.each(AMBIGUOUS)('H-05 CVE-2026-49473: the request target %j is refused', async (path) => {
  const before = world.callsAtTarget().length
  const answer = await at(path)
  expect([answer.status, codeOf(answer)]).toEqual([400, 'in.malformed_request'])
  expect(world.callsAtTarget()).toHaveLength(before)
})

test.each(['/MCP/records', '/mcp/Records', '/mcp/rec%6frds', '/mcp/records%20', '/health', '/'])(
  'H-05 GHSA-6jwx-7vp4-9847: %j is no route: paths are compared exactly',
  async (path) => {
    expect((await at(path)).status).toBe(404)
  },
)

test('H-05 CVE-2025-54576: no rule matches the query', async () => {
  const open = '/.well-known/oauth-protected-resource'
  const lines = goodCall(world).lines.filter((line) => !line.startsWith('authorization'))
  const line = `POST /mcp/records?x=${open} HTTP/1.1`
  expect((await sendRaw(world.port, goodCall(world).text({ line, lines }))).status).toBe(401)
  expect((await at('/foo?x=/mcp/records')).status).toBe(404)
  expect((await at(`/health?${open}`)).status).toBe(404)
})

test('H-05 control: a plain path is answered, whatever its query says', async () => {
  expect((await at('/mcp/records')).status).toBe(200)
  expect((await at('/mcp/records?x=/../health')).status).toBe(200)
})
