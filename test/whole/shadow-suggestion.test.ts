// From a shadow run to a set that decides the same (policy-audit §1.4): policies that only log, calls that go through,
// a proposal made from the log, and the same calls under the proposal enforced.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { sallyport } from '../../cli/test/world/test-terminal.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ policies: '', targetSettings: 'mode: LOG_ONLY' })
})
afterAll(() => world.stop())

const trader = () =>
  world.token({
    claims: { sub: 'bob', groups: ['traders'] },
    resource: world.resource('records'),
  })
const call = async (name: string, args: object, token?: string) =>
  codeOf(
    await world.call({
      method: 'tools/call',
      params: { name, arguments: args },
      ...(token === undefined ? {} : { token }),
    }),
  )

test('policy-audit §1.4: a shadow run becomes a proposal that then decides the same', async () => {
  expect(await call('read_record', { id: 1 })).toBeUndefined()
  expect(await call('write_record', { id: 1, amount: 5 })).toBeUndefined()
  expect(await call('read_record', { id: 2 }, trader())).toBeUndefined()
  await vi.waitUntil(() => world.audit().filter(({ kind }) => kind === 'outcome').length === 3)

  const out = join(world.folder, 'proposal')
  const words = ['policy', 'suggest', '--config', world.configFile, '--out', out]
  const made = await sallyport(words)
  expect(made.note).toContain('2 permits cover 3 recorded calls')

  // Accepted by a person: into the folder, and the target is enforced again.
  writeFileSync(
    join(world.folder, 'policies/test.cedar'),
    readFileSync(join(out, 'suggested.cedar'), 'utf8'),
  )
  const yaml = readFileSync(world.configFile, 'utf8')
  writeFileSync(world.configFile, yaml.replace(', mode: LOG_ONLY', ''))
  expect(await world.gateway.reload()).toMatchObject({ outcome: 'applied' })
  expect(await call('read_record', { id: 1 })).toBeUndefined()
  expect(await call('write_record', { id: 1, amount: 5 })).toBeUndefined()
  expect(await call('read_record', { id: 2 }, trader())).toBeUndefined()
  expect(await call('write_record', { id: 1, amount: 5 }, trader())).toBe('authorize.no_such_tool')
  expect(await call('delete_record', { id: 1 })).toBe('authorize.no_such_tool')
})
