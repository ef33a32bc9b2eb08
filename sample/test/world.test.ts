// The world as processes: it opens, it can be used and steered, it closes without a trace.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { control } from '../src/control-endpoint.ts'
import { modernRequest } from '../src/modern-request.ts'
import { obtainTokens } from '../src/obtain-tokens.ts'
import type { RecordingTargetReady } from '../src/recording-target/recording-target-process.ts'
import { openRoom } from '../src/room.ts'
import { startWorld } from '../src/world.ts'

const RESOURCE = 'http://127.0.0.1:8443/mcp'

test('each room answers, is steered from outside, and is gone after stop', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'acme-'))
  const requiredTokenFile = join(folder, 'token')
  await writeFile(requiredTokenFile, 'market-sample-secret\n', { mode: 0o600 })
  const world = await startWorld({
    gatewayResources: [RESOURCE],
    identityProvider: { controls: true },
    market: { requiredTokenFile },
  })
  const [alice] = world.people
  if (alice === undefined || world.controlOrigin === undefined) throw new Error('incomplete world')
  const { username, password } = alice
  const { accessToken } = await obtainTokens({
    issuer: world.issuer,
    username,
    password,
    resource: RESOURCE,
  })
  expect(accessToken.split('.')).toHaveLength(3)
  const list = { method: 'tools/list', token: 'market-sample-secret' }
  expect((await fetch(world.marketUrl, modernRequest(list))).status).toBe(200)
  expect(await control(world.controlOrigin, 'setJwks', 'unavailable')).toBeNull()
  expect((await fetch(`${world.issuer}/jwks`)).status).toBe(503)
  await expect(control(world.controlOrigin, 'constructor')).rejects.toThrow('no such action')
  await world.stop()
  await expect(fetch(world.marketUrl)).rejects.toThrow('fetch failed')
  await expect(fetch(world.issuer)).rejects.toThrow('fetch failed')
  await rm(folder, { recursive: true })
})

test('a world without controls has no place to steer it from', async () => {
  const world = await startWorld({ gatewayResources: [RESOURCE] })
  expect(world.controlOrigin).toBeUndefined()
  await world.stop()
})

test('a room that cannot start says why, and the others close', async () => {
  const market = { requiredTokenFile: '/nowhere/token' }
  await expect(startWorld({ gatewayResources: [RESOURCE], market })).rejects.toThrow('ENOENT')
})

test('the recording target as a process shows its bytes', async () => {
  const entry = new URL('../src/recording-target/recording-target-process.ts', import.meta.url)
  const room = await openRoom<RecordingTargetReady>(entry, {})
  const call = { method: 'tools/call', params: { name: 'echo', arguments: { canary: 'c-1' } } }
  await fetch(room.ready.url, modernRequest(call))
  const bytes = await control(room.ready.controlOrigin, 'bytes')
  expect(Buffer.from(String(bytes), 'base64').toString()).toContain('"canary":"c-1"')
  await room.stop()
})
