// Forwarding headers of a client: no proxy is trusted in this version, so none of them is believed.
// That there is no setting which would trust one is shown where configuration is read.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '@sallyport/gateway/config/load.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { FORWARDING_LINES } from '../support/header-names.ts'
import { codeOf } from '../support/present.ts'
import { sendRaw } from '../support/raw.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

test('H-04 CVE-2026-40575: the peer in record and log is the peer of the socket', async () => {
  const answer = await sendRaw(world.port, goodCall(world).text({ more: FORWARDING_LINES }))
  expect(answer.status).toBe(200)
  const requestId = answer.header('x-sallyport-request-id')
  await expect
    .poll(() => world.audit().filter((record) => record['requestId'] === requestId).length)
    .toBe(2)
  // The address is personal: it stands in files of its own.
  const folder = join(world.folder, 'state/audit')
  const personal = readdirSync(folder)
    .filter((name) => name.endsWith('.personal.jsonl'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('')
  expect(personal).toContain('127.0.0.1')
  for (const written of [personal, JSON.stringify(world.audit()), world.log()]) {
    expect(written).not.toContain('203.0.113.7')
  }
  expect(world.target.recording.bytes().includes('203.0.113.7')).toBe(false)
})

test('H-04 GHSA-5m6w-wvh7-57vm: the metadata of a resource names publicUrl alone', async () => {
  const path = '/.well-known/oauth-protected-resource/mcp/records'
  const { body } = await sendRaw(
    world.port,
    [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${world.port}`, ...FORWARDING_LINES, '', ''].join(
      '\r\n',
    ),
  )
  expect(JSON.parse(body)).toMatchObject({ resource: world.resource('records') })
  expect(body).not.toContain('evil')
})

test('H-04 CVE-2026-39858: the challenge names publicUrl alone, and no path is overridden', async () => {
  const lines = goodCall(world).lines.filter((line) => !line.startsWith('authorization'))
  const answer = await sendRaw(world.port, goodCall(world).text({ lines, more: FORWARDING_LINES }))
  expect(answer.status).toBe(401)
  expect(answer.header('www-authenticate')).toContain(
    `resource_metadata="${world.publicUrl}/.well-known/oauth-protected-resource/mcp/records"`,
  )
})

test('H-04 RFC 9110 §7.2: a forwarded host does not stand for Host', async () => {
  const lines = goodCall(world).lines.map((line) => line.replace(/^Host: .*/, 'Host: evil.example'))
  const more = [`X-Forwarded-Host: 127.0.0.1:${world.port}`]
  const answer = await sendRaw(world.port, goodCall(world).text({ lines, more }))
  expect([answer.status, codeOf(answer)]).toEqual([421, 'in.unknown_host'])
})

test('H-04 GHSA-6384-m2mw-rf54: a setting that would trust a proxy is unknown', async () => {
  const file = join(world.folder, 'trusting.yaml')
  writeFileSync(file, `${readFileSync(world.configFile, 'utf8')}trustedProxies: [127.0.0.0/8]\n`)
  const loaded = await loadConfig(file, {})
  rmSync(file)
  expect(JSON.stringify('problems' in loaded && loaded.problems)).toContain('trustedProxies')
})

test('H-04 control: the same call without those headers is answered', async () => {
  expect((await sendRaw(world.port, goodCall(world).text())).status).toBe(200)
})
