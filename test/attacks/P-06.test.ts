// Names that every object has, wherever somebody else chooses names: in configuration, requests, tokens, keys and
// definitions of tools. Object.prototype stays as it is, and the whole path works while it is frozen.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '@sallyport/gateway/config/load.ts'
import { EVERY_TOOL } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createSigningKey, signToken } from '../support/issuer.ts'
import { callText, post } from '../support/post.ts'
import { codeOf, present } from '../support/present.ts'

const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
]
const before = Object.getOwnPropertyNames(Object.prototype).sort()
const polluted = () =>
  JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort()) !== JSON.stringify(before) ||
  'polluted' in {}

/** A tool as JSON text, because an object literal would set the prototype. */
const tool = (text: string) => JSON.parse(text) as { name: string }
const TOOLS = [
  ...NAMES.flatMap((name) => [
    tool(`{"name":"${name}","inputSchema":{"type":"object"}}`),
    tool(
      `{"name":"with-${name}","inputSchema":{"type":"object","properties":{"${name}":{"type":"object","properties":{"polluted":{"type":"string"}}}}}}`,
    ),
    tool(
      `{"name":"defs-${name}","inputSchema":{"type":"object","$defs":{"${name}":{"type":"string"}},"${name}":{"polluted":1}}}`,
    ),
  ]),
  tool('{"name":"echo","inputSchema":{"type":"object"},"__proto__":{"polluted":1}}'),
]

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ policies: EVERY_TOOL, target: { tools: TOOLS, pageSize: 50 } })
})
afterAll(() => world.stop())

test('P-06 CWE-1321: headers of such names are not among those that are read', async () => {
  const names = [...NAMES, 'Mcp-Param-__proto__', 'Mcp-Param-constructor']
  const answer = await post(world, { more: names.map((name) => [name, 'polluted'] as const) })
  expect(codeOf(answer)).toBeUndefined()
  expect(polluted()).toBe(false)
})

test('P-06 CWE-1321: the gateway starts while Object.prototype is frozen', async () => {
  await world.stop()
  // From here on nothing can be added to it, in the gateway as in this file. Headers are over by now: Node's own
  // reader assigns their names to a plain object, and fails for `constructor` under a frozen prototype.
  Object.freeze(Object.prototype)
  world = await startTestGateway({ policies: EVERY_TOOL, target: { tools: TOOLS, pageSize: 50 } })
  expect(polluted()).toBe(false)
})

const BASE = `publicUrl: https://gate.acme.example
authorization: { mode: external, issuers: [{ issuer: "https://login.acme.example", profile: rfc9068 }] }
policies: { folder: ./policies }
`

test.each(NAMES)(
  'P-06 CWE-1321: `%s` as a key of the configuration is refused on every level',
  (name) => {
    for (const text of [
      `${name}: { polluted: true }`,
      `listen: { ${name}: { polluted: true } }`,
      `limits: { ${name}: 5 }`,
      `targets: { ${name}: { kind: mcp, url: "https://a.example/" } }`,
      `targets: { a: { kind: mcp, url: "https://a.example/", tools: { ${name}: { readOnly: true } } } }`,
      `"${name}": &x { polluted: true }\nlog: *x`,
    ]) {
      const loaded = parseConfig(`${BASE}${text}\n`, '/x/sallyport.yaml', {})
      const codes = 'problems' in loaded ? loaded.problems.map(({ code }) => code) : []
      expect([text, codes]).toEqual([text, expect.arrayContaining(['config.reserved_key'])])
    }
    expect(polluted()).toBe(false)
  },
)

test('P-06 property: no configuration, whatever its keys, pollutes or ends in an exception', () => {
  const keys = fc.constantFrom(...NAMES, 'prototype', 'listen', 'targets', 'log', 'polluted', 'a')
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.integer(),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.array(fc.tuple(keys, tie('tree')), { maxLength: 3 }).map((members) => new Map(members)),
    ),
  }))
  const text = (value: unknown): string => {
    if (value instanceof Map)
      return `{${[...value].map(([key, inner]) => `"${String(key)}": ${text(inner)}`).join(', ')}}`
    return Array.isArray(value) ? `[${value.map(text).join(', ')}]` : JSON.stringify(value)
  }
  fc.assert(
    fc.property(tree, (value) => {
      parseConfig(`${BASE}x: ${text(value)}\n`, '/x/sallyport.yaml', {})
      parseConfig(text(value), '/x/sallyport.yaml', {})
      expect(polluted()).toBe(false)
    }),
    { numRuns: 300 },
  )
})

test.each([
  '{"__proto__":{"polluted":1}}',
  '{"a":[{"__proto__":{"polluted":1}}]}',
  '{"\\u005f_proto__":{"polluted":1}}',
  '{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"__proto__":{"polluted":1}}',
])('P-06 CWE-1321: arguments %s are refused', async (args) => {
  const count = world.callsAtTarget().length
  const answer = await post(world, { body: callText('echo', args) })
  expect([answer.status, codeOf(answer)]).toEqual([400, 'in.reserved_key'])
  expect(world.callsAtTarget()).toHaveLength(count)
})

test.each(['"jsonrpc"', '"name"', '"io.modelcontextprotocol/clientCapabilities"'])(
  'P-06 CWE-1321: `__proto__` beside %s is refused',
  async (member) => {
    const body = callText('echo', '{}').replace(member, `"__proto__":{"polluted":1},${member}`)
    expect(codeOf(await post(world, { body }))).toBe('in.reserved_key')
  },
)

test('P-06 CWE-1321: other such names are data, and arrive as they were sent', async () => {
  const args = '{"constructor":{"prototype":{"polluted":1}},"toString":"x","hasOwnProperty":null}'
  const answer = await post(world, {
    body: callText('echo', args),
  })
  expect(codeOf(answer)).toBeUndefined()
  expect(world.callsAtTarget().at(-1)).toContain(`"arguments":${args},`)
  expect(polluted()).toBe(false)
})

test.each(NAMES)(
  'P-06 CWE-1321: a tool called `%s`, or with such a property, harms no other one',
  async (name) => {
    for (const called of [name, `with-${name}`, `defs-${name}`]) {
      const answer = await post(world, { name: called, body: callText(called, '{}') })
      expect([undefined, 'authorize.no_such_tool']).toContain(codeOf(answer))
    }
    const { tools } = (await world.call({ method: 'tools/list' })).json()['result'] as {
      tools: { name: string }[]
    }
    expect(tools.map((listed) => listed.name)).toContain('echo')
    expect(polluted()).toBe(false)
  },
)

test('P-06 CWE-1321: tokens with such names in header, claims and groups are no way in', async () => {
  const key = world.issuer.key
  const [header = '', claims = ''] = world
    .token()
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString())
  const more = '{"__proto__":{"polluted":1,"alg":"none"},'
  for (const [first, second] of [
    [header.replace('{', more), claims],
    [header, claims.replace('{', more)],
    [header, claims.replace(/"groups":\[[^\]]*\]/, '"groups":["__proto__","constructor"]')],
  ]) {
    const { code } = await present(world, signToken(key, first, second))
    expect([undefined, 'authorize.no_such_tool', 'identify.malformed_token']).toContain(code)
  }
  const other = { ...createSigningKey('__proto__'), kid: '__proto__' }
  expect((await present(world, world.token({ key: other }))).status).toBe(401)
  expect(polluted()).toBe(false)
})

test('P-06 control: under a frozen Object.prototype the whole path works', async () => {
  expect(Object.isFrozen(Object.prototype)).toBe(true)
  expect(codeOf(await post(world))).toBeUndefined()
  expect((await world.call({ method: 'tools/list' })).status).toBe(200)
  expect((await world.gateway.reload()).outcome).toBe('unchanged')
  expect('problems' in parseConfig(BASE, '/x/sallyport.yaml', {})).toBe(false)
})
