// Arguments that the policy engine has no value for: each is refused by its place before the engine sees it, and the
// engine decides the next call as if nothing had been.
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { EVERY_TOOL } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { callText, post } from '../support/post.ts'
import { codeOf } from '../support/present.ts'

const tool = (name: string, properties: object, more: object = {}) => ({
  name,
  inputSchema: { type: 'object', properties, required: Object.keys(properties), ...more },
})
const NODE = { type: 'object', additionalProperties: { $ref: '#/$defs/N' } }
const TOOLS = [
  tool('read', { id: { type: 'integer' } }),
  tool('pay', { amount: { type: 'number' } }),
  tool('tag', { tags: { type: 'array', items: { type: 'string' } } }),
  tool('walk', { tree: { $ref: '#/$defs/N' } }, { $defs: { N: NODE } }),
]
const forbid = (name: string, condition: string) =>
  `forbid (principal, action == AgentCore::Action::"records___${name}", resource) when { ${condition} };\n`
const POLICIES =
  EVERY_TOOL +
  forbid('read', 'context.input.id < 0') +
  forbid('pay', 'context.input.amount.lessThan(decimal("0.0"))') +
  forbid('tag', 'context.input.tags.contains("bad")') +
  forbid('walk', 'context.input.tree.hasTag("bad")')

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ policies: POLICIES, target: { tools: TOOLS, pageSize: 10 } })
})
afterAll(() => world.stop())

async function call(name: string, args: string) {
  const before = world.callsAtTarget().length
  const answer = await post(world, { name, body: callText(name, args) })
  const data = answer.json() as { result?: { _meta?: { 'sallyport/refusal'?: { seen?: string } } } }
  const seen = data.result?._meta?.['sallyport/refusal']?.seen
  return { code: codeOf(answer), seen, reached: world.callsAtTarget().length - before }
}
const inconvertible = (path: string) => ({
  code: 'authorize.inconvertible_argument',
  seen: expect.stringContaining(`\`${path}\``) as string,
  reached: 0,
})

// Whatever came before, the engine still tells the two apart.
afterEach(async () => {
  expect(await call('read', '{"id":1}')).toMatchObject({ code: undefined, reached: 1 })
  expect(await call('read', '{"id":-1}')).toMatchObject({ code: 'authorize.denied', reached: 0 })
})

test.each([
  '1.5',
  '1e-1',
  'null',
  'true',
  '"1"',
  '[]',
  '{}',
  '9223372036854775808',
  '-9223372036854775809',
  '18446744073709551616',
  '1e19',
  '1e300',
  '0.00000000000000000001',
  `[${'['.repeat(40)}${']'.repeat(40)}]`,
])(
  'P-15 policy-audit §1.1 rule 5: %s is no 64-bit integer and is refused with its place',
  async (text) => {
    expect(await call('read', `{"id":${text}}`)).toEqual(inconvertible('/id'))
  },
)

test('P-15 policy-audit §1.1 rule 5: what is required and absent is refused', async () => {
  expect(await call('read', '{}')).toEqual(inconvertible('/id'))
})

test.each([
  '0.00001',
  '922337203685477.5808',
  '-922337203685477.5809',
  '1e15',
  'null',
  '"1.0"',
  '[1]',
])(
  'P-15 policy-audit §1.1 rule 5: %s is no decimal of four places and is refused',
  async (text) => {
    expect(await call('pay', `{"amount":${text}}`)).toEqual(inconvertible('/amount'))
  },
)

test('P-15 policy-audit §1.1 rule 5: more values than the engine is given are refused', async () => {
  const many = JSON.stringify({ tags: Array.from({ length: 10_001 }, () => 'x') })
  expect(await call('tag', many)).toMatchObject({
    code: 'authorize.inconvertible_argument',
    reached: 0,
  })
  expect(await call('tag', '{"tags":["x",1]}')).toEqual(inconvertible('/tags/1'))
})

test('P-15 policy-audit §1.1 rule 5: what a policy reads may be 32 levels deep', async () => {
  const deep = (levels: number) => `{"tree":${'{"n":'.repeat(levels)}{}${'}'.repeat(levels)}}`
  expect(await call('walk', deep(20))).toMatchObject({ code: undefined, reached: 1 })
  expect(await call('walk', deep(40))).toMatchObject({
    code: 'authorize.inconvertible_argument',
    reached: 0,
  })
})

test.each([200, 5000])(
  'P-15 policy-audit §1.1 rule 5: arguments of depth %i are refused before they are read',
  async (depth) => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"n":', '}'],
    ] as const) {
      const args = `{"id":${open.repeat(depth)}1${close.repeat(depth)}}`
      expect(await call('read', args)).toMatchObject({ code: 'in.json_too_complex', reached: 0 })
    }
  },
)

test('P-15 policy-audit §1.1 rule 5: arguments above the limits of size are refused before they are read', async () => {
  const values = `{"id":1,"more":[${'0,'.repeat(50_000)}0]}`
  expect(await call('read', values)).toMatchObject({ code: 'in.json_too_complex', reached: 0 })
  const bytes = `{"id":1,"more":"${'x'.repeat(1_100_000)}"}`
  expect(await call('read', bytes)).toMatchObject({ code: 'in.body_too_large', reached: 0 })
  expect(await call('read', '{"id":1e400}')).toMatchObject({ code: 'in.number_out_of_range' })
})

test('P-15 property: any value where a policy reads is decided or refused, never a fault', async () => {
  const value = fc.oneof(
    fc.json({ maxDepth: 6 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  )
  const names = fc.constantFrom('read:id', 'pay:amount', 'tag:tags', 'walk:tree')
  await fc.assert(
    fc.asyncProperty(names, value, async (where, text) => {
      const [name = '', member = ''] = where.split(':')
      const { code, reached } = await call(name, `{"${member}":${text}}`)
      expect([
        undefined,
        'authorize.denied',
        'authorize.inconvertible_argument',
        'authorize.reserved_key',
        'in.reserved_key',
        'in.invalid_json',
      ]).toContain(code)
      expect(reached).toBe(code === undefined ? 1 : 0)
    }),
    { numRuns: 100 },
  )
})

test('P-15 control: values of the declared types are decided, at the ends of their ranges too', async () => {
  for (const [name, args, code] of [
    ['read', '{"id":9223372036854775807}', undefined],
    ['read', '{"id":-9223372036854775808}', 'authorize.denied'],
    ['read', '{"id":1.0}', undefined],
    ['pay', '{"amount":922337203685477.5807}', undefined],
    ['pay', '{"amount":-0.0001}', 'authorize.denied'],
    ['tag', '{"tags":["x","bad"]}', 'authorize.denied'],
    ['walk', '{"tree":{"bad":{}}}', 'authorize.denied'],
  ] as const)
    expect(await call(name, args)).toMatchObject({ code })
})
