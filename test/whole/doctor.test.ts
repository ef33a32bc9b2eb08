// `sallyport doctor` beside a gateway that runs, and without one (ux §3), as a person starts it.
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Finding } from '@sallyport/gateway/doctor/finding.ts'
import { sallyport } from '../../cli/test/world/test-terminal.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ targetSettings: 'timeouts: { connectMs: 500 }' })
})
afterAll(async () => {
  rmSync(world.folder, { recursive: true, force: true })
})

const doctor = () => sallyport(['doctor', '--config', world.configFile, '--json'])
type Answer = { readonly ok: boolean; readonly gateway: string; readonly found: readonly Finding[] }
const read = (out: string) => JSON.parse(out) as Answer
const of = ({ found }: Answer, check: Finding['check']) =>
  found.filter((one) => one.check === check).map(({ state, cause }) => cause ?? state)

test('ux §3: beside a gateway that runs everything holds, and its own words are told', async () => {
  const { code, out, note } = await doctor()
  const answer = read(out)
  expect(answer.found.filter(({ state }) => state === 'wrong')).toEqual([])
  expect({ code, note, ok: answer.ok, gateway: answer.gateway }).toEqual({
    code: 0,
    note: '',
    ok: true,
    gateway: 'running',
  })
  expect(answer.found).toContainEqual(
    expect.objectContaining({ check: 'port', seen: 'the gateway listens here' }),
  )
  expect(answer.found).toContainEqual(
    expect.objectContaining({
      check: 'target',
      seen: 'the gateway has its description; it speaks 2026-07-28',
    }),
  )
})

test('ux §3: for people each line says what, and the last one sums up', async () => {
  const { out } = await sallyport(['doctor', '--config', world.configFile])
  expect(out).toMatch(/^good {5}keys {10}http:\/\/127\.0\.0\.1:\d+: 1 at /m)
  expect(out).toMatch(/\nthe gateway runs; \d+ good, \d+ warnings, 0 wrong\n$/)
})

test('ux §3: without a gateway the same is looked at, and an issuer that is away ends with 65', async () => {
  await world.gateway.close({ serveOnMs: 0, finishMs: 0 })
  await world.target.stop()
  await world.issuer.close()
  const { code, out } = await doctor()
  const answer = read(out)
  expect({ code, ok: answer.ok, gateway: answer.gateway }).toEqual({
    code: 65,
    ok: false,
    gateway: 'not running',
  })
  expect(of(answer, 'connection')).toEqual(['cannot_reach', 'cannot_reach'])
  expect(of(answer, 'metadata')).toEqual(['not looked at'])
}, 30_000)

test('a configuration with problems is told as `config check` tells it, and ends with 78', async () => {
  const { code, note } = await sallyport(['doctor', '--config', '/no/such/file.yaml'])
  expect(code).toBe(78)
  expect(note).toContain('config.unreadable')
})
