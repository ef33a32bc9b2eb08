// Cedar skips a policy that errs, a `forbid` too, and may answer allow then. Here any error is a denial, and a set that
// strict validation does not accept never becomes the one that decides.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changePolicies, EVERY_TOOL } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

const on = (tool: string) => `principal, action == AgentCore::Action::"records___${tool}", resource`
/** So many policies for any tool that a tool's own are asked apart from them. */
const FILLERS = Array.from(
  { length: 40 },
  (_, at) => `permit (principal, action, resource) when { principal.hasTag("filler-${at}") };\n`,
).join('')

/** Overflows for every id but 0 and 1. */
const POLICIES = `${FILLERS}${EVERY_TOOL}
@id("overflows")
forbid (${on('read_record')}) when { context.input.id * 9223372036854775807 < 0 };

@id("second-permit-overflows")
permit (${on('delete_record')}) when { context.input.id * 9223372036854775807 < 0 };

@id("overflows-every-day")
forbid (${on('write_record')}) when { context.time.weekday + 9223372036854775807 < 0 };

@id("always-errs")
forbid (${on('stream_records')}) when { 9223372036854775807 * 2 > 0 };
`

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ policies: POLICIES })
})
afterAll(() => world.stop())

async function call(name: string, args: object) {
  const before = world.callsAtTarget().length
  const answer = await world.call({ method: 'tools/call', params: { name, arguments: args } })
  const reached = world.callsAtTarget().length - before
  return { answer, outcome: [codeOf(answer), reached] }
}
const ALLOWED = [undefined, 1]
const ERRED = ['authorize.policy_error', 0]

test('P-13 policy-audit §1.1 rule 1: a forbid that overflows denies what a permit allows', async () => {
  for (const id of [2, 1000, 9007199254740991])
    expect((await call('read_record', { id })).outcome).toEqual(ERRED)
})

test('P-13 policy-audit §1.1 rule 1: a permit that overflows denies what another permit allows', async () => {
  expect((await call('delete_record', { id: 2 })).outcome).toEqual(ERRED)
  expect((await call('delete_record', { id: 1 })).outcome).toEqual(ALLOWED)
})

test('P-13 policy-audit §1.2: a forbid that overflows on the time denies what a permit allows', async () => {
  const args = { id: 1, amount: 1, note: 'x' }
  expect((await call('write_record', args)).outcome).toEqual(ERRED)
})

test('P-13 policy-audit §1.3: a tool whose forbid errs for any arguments is not seen at all', async () => {
  const { tools } = (await world.call({ method: 'tools/list' })).json()['result'] as {
    tools: { name: string }[]
  }
  expect(tools.map(({ name }) => name)).toEqual([
    'delete_record',
    'echo',
    'read_record',
    'write_record',
  ])
  expect((await call('stream_records', { count: 1 })).outcome).toEqual([
    'authorize.no_such_tool',
    0,
  ])
})

test('P-13 policy-audit §2.2: the log names the policy that erred', async () => {
  const { answer } = await call('read_record', { id: 3 })
  const id = answer.header('x-sallyport-request-id')
  const record = () => world.audit().find(({ requestId }) => requestId === id)
  await expect.poll(record).toMatchObject({
    kind: 'refusal',
    code: 'authorize.policy_error',
    policies: ['test.cedar#overflows'],
  })
})

test.each([
  [
    'reads a tag that may be absent',
    'forbid (principal is AgentCore::OAuthUser, action, resource) when { principal.getTag("x") == "y" };',
  ],
  [
    'reads an argument that may be absent',
    `forbid (${on('write_record')}) when { context.input.note like "*x*" };`,
  ],
  [
    'reads an argument that is not declared',
    `forbid (${on('read_record')}) when { context.input.nope == 1 };`,
  ],
  [
    'reads an attribute that nobody has',
    'forbid (principal, action, resource) when { principal.name == "x" };',
  ],
  [
    'compares types that do not compare',
    `forbid (${on('read_record')}) when { context.input.id like "1*" };`,
  ],
  [
    'compares a number with a text',
    `forbid (${on('read_record')}) when { context.input.id < "1" };`,
  ],
  ['names a tool that is not there', `forbid (${on('erase_record')});`],
  ['names a type that is not there', 'forbid (principal is AgentCore::Nobody, action, resource);'],
  [
    'calls a function that is not there',
    `forbid (${on('read_record')}) when { nope(context.input.id) };`,
  ],
  ['can never apply', `forbid (${on('read_record')}) when { principal is AgentCore::Gateway };`],
  ['is cut off', `forbid (${on('read_record')}) when { context.input.id == `],
  ['is no policy', 'allow all;'],
  [
    'repeats an id',
    '@id("a") forbid (principal, action, resource);\n@id("a") permit (principal, action, resource);',
  ],
])(
  'P-13 policy-audit §1.1 rule 2: a set with a policy that %s is not loaded',
  async (_what, policy) => {
    const report = await changePolicies(world, `permit (principal, action, resource);\n${policy}`)
    expect(report.outcome).toBe('kept')
    // The last good set decides as before.
    expect((await call('read_record', { id: 2 })).outcome).toEqual(ERRED)
  },
)

test('P-13 policy-audit §1.1 rule 2: with such a set the gateway does not start', async () => {
  const policies = 'permit (principal, action, resource) when { principal.name == "x" };'
  await expect(startTestGateway({ policies })).rejects.toThrow('test.cedar')
})

test('P-13 control: where nothing errs the call is allowed', async () => {
  expect((await call('read_record', { id: 0 })).outcome).toEqual(ALLOWED)
  expect((await call('echo', {})).outcome).toEqual(ALLOWED)
})
