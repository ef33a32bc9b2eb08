// Spellings of identity headers that some server folds into the real one: underscores, dots, case, whitespace.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { SPELLINGS_OF_IDENTITY } from '../support/header-names.ts'
import { codeOf } from '../support/present.ts'
import { sendRaw } from '../support/raw.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const CANARY = 'canary-mallory'

test('H-02 CVE-2025-64484: no spelling of an identity header reaches the target', async () => {
  const more = SPELLINGS_OF_IDENTITY.map((name) => `${name}: ${CANARY}`)
  const answer = await sendRaw(world.port, goodCall(world).text({ more }))
  expect(answer.status).toBe(200)
  expect(world.target.recording.bytes().includes(CANARY)).toBe(false)
})

const MIRRORS = ['Mcp_Method', 'mcp.method', 'MCP_Name', 'mcp.name']

test('H-02 GHSA-f59h-q822-g45g: a spelling of a mirrored header does not stand for it, nor beside it', async () => {
  const more = MIRRORS.map((name) => `${name}: delete_record`)
  expect((await sendRaw(world.port, goodCall(world).text({ more }))).status).toBe(200)
  const lines = goodCall(world).lines.map((line) => line.replace(/^mcp-name/, 'mcp_name'))
  const answer = await sendRaw(world.port, goodCall(world).text({ lines }))
  expect(codeOf(answer)).toBe('in.header_mismatch')
})

test.each(['X-Sallyport-User\t', 'X-Sallyport-User ', ' X-Sallyport-User', '\tX-Sallyport-User'])(
  'H-02 RFC 9112 §5.1: whitespace around the name %j is refused',
  async (name) => {
    world.target.recording.clear()
    const answer = await sendRaw(world.port, goodCall(world).text({ more: [`${name}: ${CANARY}`] }))
    expect(answer.status).toBe(400)
    expect(world.target.recording.bytes().includes(CANARY)).toBe(false)
  },
)

test('H-02 control: a call with a header of its own choice is answered', async () => {
  const answer = await sendRaw(world.port, goodCall(world).text({ more: ['X-Trace-Me: 1'] }))
  expect(answer.status).toBe(200)
})
