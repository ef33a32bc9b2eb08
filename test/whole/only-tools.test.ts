// The static list of a target's tools and the descriptions of the configuration, as a client meets them on both kinds of
// endpoint, and as they change with a reload.
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, order } from '../support/operator.ts'
import { codeOf } from '../support/present.ts'

const POLICY = `@id("all") permit (principal, action, resource);
@id("sleeps") forbid (principal, action == AgentCore::Action::"records___delete_record", resource);`
const WORDS = 'Says what it was told.'
let world: TestGateway

beforeAll(async () => {
  world = await startTestGateway({
    policies: POLICY,
    targetSettings: `onlyTools: [echo], tools: { echo: { description: "${WORDS}" } }`,
  })
})
afterAll(() => world.stop())

type Listed = { result: { tools: { name: string; description: string }[] } }
async function listed(path: string): Promise<string[]> {
  const answer = await world.call({ method: 'tools/list', path })
  const { tools } = (answer.json() as Listed).result
  return tools.map(({ name, description }) => `${name}: ${description}`)
}
const call = (name: string) =>
  world.call({ method: 'tools/call', params: { name, arguments: { id: 'a' } } })

test('`onlyTools`: lists of both endpoints have what is taken alone, in the words of the configuration', async () => {
  expect(await listed('/mcp/records')).toEqual([`echo: ${WORDS}`])
  expect(await listed('/mcp')).toEqual([`records___echo: ${WORDS}`])
})

test('attacks M-10: a tool that is left out is answered like one that there never was', async () => {
  expect(codeOf(await call('echo'))).toBeUndefined()
  const withoutIds = async (name: string) =>
    (await call(name)).body.replaceAll(/[0-9a-f-]{16,}/g, '…').replaceAll(name, '…')
  expect(await withoutIds('delete_record')).toBe(await withoutIds('there_never_was'))
  expect(codeOf(await call('delete_record'))).toBe('authorize.no_such_tool')
  expect(world.callsAtTarget()).toHaveLength(1)
})

test('a policy that names it sleeps, and the operator is shown its name', async () => {
  const { tools } = (await ask(world, '/status')) as { tools: { name: string }[] }
  expect(tools.map(({ name }) => name)).toEqual(['records___echo'])
  const { body } = await order(world, '/pins', { now: false })
  expect(body['pins']).toContainEqual(
    expect.objectContaining({ tool: 'records___delete_record', state: 'left_out' }),
  )
})

test('a reload takes another list over', async () => {
  const text = readFileSync(world.configFile, 'utf8')
  writeFileSync(world.configFile, text.replace('onlyTools: [echo], ', ''))
  await world.gateway.reload()
  // What nobody approved waits: the baseline was the shorter list.
  expect(await listed('/mcp/records')).toEqual([`echo: ${WORDS}`])
  const { tools } = (await ask(world, '/status')) as { tools: { name: string; pin: string }[] }
  expect(tools).toContainEqual({ name: 'records___delete_record', pin: 'pending' })
})
