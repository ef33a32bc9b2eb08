// A catalogue that does not fit the policies: look-alikes, tools that were taken away, names that no schema can be made
// of. The tool in question is out; every other one goes on.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askTargetsAgain, EVERY_TOOL } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

const tool = (name: unknown, properties: object = {}, more: object = {}) =>
  ({ name, inputSchema: { type: 'object', properties, ...more } }) as { name: string }

const ALIKE = ['read_l', 'read_1', 'read_I', 'Sum', 'sum', 'form', 'forrn', 'go0', 'goO']
const TWICE = ['twice', 'twice']
/** `pay-out` is no identifier; the types of its policy schema would be called like those of `pay_out`. */
const SAME_TYPES = ['pay_out', 'pay-out']
const BROKEN_NAMES = [
  'with space',
  'no/slash',
  'é',
  '',
  'x'.repeat(129),
  'quote"',
  'semi;colon',
  42,
  null,
]
const BROKEN_SCHEMAS = {
  'prop-space': tool('prop-space', { 'a b': { type: 'string' } }),
  'prop-empty': tool('prop-empty', { '': { type: 'string' } }),
  'prop-quote': tool('prop-quote', { 'a"b': { type: 'string' } }),
  'prop-brace': tool('prop-brace', { 'a};permit(principal,action,resource);': { type: 'string' } }),
  'ref-nowhere': tool('ref-nowhere', { a: { $ref: '#/$defs/nowhere' } }),
  'type-unknown': tool('type-unknown', { a: { type: 'quaternion' } }),
}
const GOOD = ['alpha', 'beta', 'gone']
const TOOLS = [
  ...[...ALIKE, ...TWICE, ...SAME_TYPES, ...BROKEN_NAMES].map((name) => tool(name)),
  ...Object.values(BROKEN_SCHEMAS),
  ...GOOD.map((name) => tool(name)),
]
const OUT = [...ALIKE, 'twice', 'pay-out', ...Object.keys(BROKEN_SCHEMAS)]

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({
    policies: `${EVERY_TOOL}
forbid (principal, action == AgentCore::Action::"records___beta", resource) when { principal.hasTag("barred") };
forbid (principal, action == AgentCore::Action::"records___gone", resource) when { principal.hasTag("barred") };
`,
    target: { tools: TOOLS, pageSize: 100 },
  })
})
afterAll(() => world.stop())

async function listed(): Promise<readonly string[]> {
  const { tools } = (await world.call({ method: 'tools/list' })).json()['result'] as {
    tools: { name: string }[]
  }
  return tools.map(({ name }) => name)
}

async function call(name: string) {
  const before = world.callsAtTarget().length
  const answer = await world.call({ method: 'tools/call', params: { name, arguments: {} } })
  return { code: codeOf(answer), reached: world.callsAtTarget().length - before }
}
const OUTSIDE = { code: 'authorize.no_such_tool', reached: 0 }

test('P-16 policy-audit §1.2: what does not fit is not listed, everything else is', async () => {
  expect(await listed()).toEqual(['alpha', 'beta', 'gone', 'pay_out'])
})

test.each(OUT)('P-16 policy-audit §1.2: `%s` is not callable', async (name) => {
  expect(await call(name)).toEqual(OUTSIDE)
})

test('P-16 policy-audit §1.2: a name that cannot be listed cannot be called', async () => {
  for (const name of BROKEN_NAMES.map(String)) expect(await call(name)).toEqual(OUTSIDE)
})

test('P-16 policy-audit §1.2: the log names what is out', () => {
  for (const name of ['read_1', 'twice']) expect(world.log()).toContain(`records___${name}`)
})

test('P-16 policy-audit §1.2: a tool that was taken away is not callable, and policies that name it stay valid', async () => {
  world.target.offer(TOOLS.filter(({ name }) => name !== 'gone'))
  expect((await askTargetsAgain(world)).outcome).not.toBe('kept')
  expect(await listed()).toEqual(['alpha', 'beta', 'pay_out'])
  expect(await call('gone')).toEqual(OUTSIDE)
})

test('P-16 attacks M-13: a look-alike that comes later takes its twin out with it, not the others', async () => {
  world.target.offer([tool('BETA'), ...TOOLS])
  await askTargetsAgain(world)
  expect(await listed()).toEqual(['alpha', 'gone', 'pay_out'])
  expect(await call('BETA')).toEqual(OUTSIDE)
})

test('P-16 control: a tool that fits is callable beside all these', async () => {
  expect(await call('alpha')).toEqual({ code: undefined, reached: 1 })
})
