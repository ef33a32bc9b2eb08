// A client that declares headers hop-by-hop, so that a proxy drops what it relies on.
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { LISTED_AS_HOP_BY_HOP } from '../support/header-names.ts'
import { codeOf } from '../support/present.ts'
import { sendRaw } from '../support/raw.ts'

const secretFile = join(tmpdir(), `sallyport-h-03-${process.pid}`)
let world: TestGateway
beforeAll(async () => {
  writeFileSync(secretFile, 'target-secret', { mode: 0o600 })
  world = await startTestGateway({
    targetSettings: `credential: { kind: secret, header: x-sallyport-user, secret: { file: "${secretFile}" } }`,
  })
})
afterAll(async () => {
  await world.stop()
  rmSync(secretFile)
})

test.each(LISTED_AS_HOP_BY_HOP)(
  'H-03 CVE-2025-48865: headers that we set survive `Connection: %s`',
  async (listed) => {
    world.target.recording.clear()
    const answer = await sendRaw(
      world.port,
      goodCall(world).text({ more: [`Connection: ${listed}`] }),
    )
    expect(answer.status).toBe(200)
    expect(answer.header('x-sallyport-request-id')).toMatch(/^[0-9a-f]{32}$/)
    const [call] = world.target.recording.calls()
    expect(Object.fromEntries(call?.headers ?? [])).toMatchObject({
      'x-sallyport-user': 'target-secret',
      'mcp-name': 'echo',
      'mcp-method': 'tools/call',
      'content-type': 'application/json',
    })
    expect(call?.headers.get('connection')).toBe('keep-alive')
  },
)

test('H-03 CVE-2025-48865: a check cannot be listed away', async () => {
  const more = ['Connection: mcp-name, origin, authorization', 'Origin: https://evil.example']
  const answer = await sendRaw(world.port, goodCall(world).text({ more }))
  expect(codeOf(answer)).toBe('in.forbidden_origin')
})

test('H-03 control: `Connection: keep-alive` is a plain call', async () => {
  const more = ['Connection: keep-alive']
  expect((await sendRaw(world.port, goodCall(world).text({ more }))).status).toBe(200)
})
