// policy-audit §1.2: prompts and resources are actions like tools, in groups of their own.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CatalogueEntry, EntryKind } from '../../src/catalogue/entry.ts'
import { groupOf } from '../../src/authorize/names.ts'
import { isRefusal } from '../../src/refusal.ts'
import { readCases } from '../../src/config/policy-cases.ts'
import { testPolicies } from '../../src/authorize/policy-test.ts'
import type { RecordedCall } from '../../src/authorize/recorded-call.ts'
import { suggest } from '../../src/authorize/suggest.ts'
import {
  catalogue,
  files,
  findingsOf,
  GATEWAY,
  identity,
  ISSUER,
  loadInto,
  refused,
  started,
  tool,
  unloaded,
} from './world.ts'

const text = (...names: readonly string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
})
function offered(
  kind: EntryKind,
  target: string,
  name: string,
  ...args: readonly string[]
): CatalogueEntry {
  const required = kind === 'resource' ? { required: args } : {}
  return tool(`${target}___${name}`, { ...text(...args), ...required }, { kind })
}
const PROMPT = offered('prompt', 't', 'prompt:sum', 'note', 'kind')
const READING = offered('resource', 't', 'resource:read', 'uri')
const TOOL = tool('t___draw', {
  type: 'object',
  properties: { id: { type: 'integer' } },
  required: ['id'],
})
const ALL = [PROMPT, READING, TOOL]
const bob = identity('bob')
const action = (name: string) => `AgentCore::Action::"${name}"`

function seen(authorize: Awaited<ReturnType<typeof started>>): readonly string[] {
  return ALL.filter(
    ({ qualifiedName, kind }) => !isRefusal(authorize.see(bob, qualifiedName, kind)),
  ).map(({ kind }) => kind)
}

describe('groups', () => {
  test('are told by the name, in which a colon stands for no tool', () => {
    expect(groupOf('t___prompt:sum')).toBe('GetPrompt')
    expect(groupOf('t___resource:read')).toBe('ReadResource')
    expect(groupOf('t___prompt')).toBe('CallTool')
  })

  test.each([
    [`action in ${action('CallTool')}`, ['tool']],
    [`action in ${action('GetPrompt')}`, ['prompt']],
    [`action in ${action('ReadResource')}`, ['resource']],
    [`action in [${action('GetPrompt')}, ${action('t___draw')}]`, ['prompt', 'tool']],
    [`action in ${action('Mcp')}`, ['prompt', 'resource', 'tool']],
    ['action', ['prompt', 'resource', 'tool']],
    [`action == ${action('t___prompt:sum')}`, ['prompt']],
    [`action == ${action('t___resource:read')}`, ['resource']],
  ])('`%s` is for %j', async (scope, kinds) => {
    const authorize = await started([`permit (principal, ${scope}, resource);`], ALL)
    expect(seen(authorize)).toEqual(kinds)
    for (const entry of ALL) {
      const { entries } = await authorize.visible(bob, undefined, entry.kind)
      expect(entries.map(({ kind }) => kind)).toEqual(
        kinds.includes(entry.kind) ? [entry.kind] : [],
      )
    }
  })

  test('a set for a group of which there is nothing yet loads, and applies once there is', async () => {
    const authorize = unloaded()
    const set = files(`permit (principal, action in ${action('GetPrompt')}, resource);`)
    expect(findingsOf(await loadInto(authorize, set, catalogue([TOOL])))).toEqual([])
    expect((await authorize.load({ catalogue: catalogue(ALL) })).loaded).toBe(true)
    expect(seen(authorize)).toEqual(['prompt'])
  })
})

describe('decisions', () => {
  test('default deny, and of another kind there is no such thing', async () => {
    const nothing = await started([], ALL)
    expect(seen(nothing)).toEqual([])
    const all = await started(['permit (principal, action, resource);'], ALL)
    expect(refused(all.see(bob, PROMPT.qualifiedName)).refused).toBe('authorize.no_such_tool')
    expect(refused(all.see(bob, TOOL.qualifiedName, 'prompt')).refused).toBe(
      'authorize.no_such_prompt',
    )
    expect(refused(all.see(bob, 'u___resource:read', 'resource')).refused).toBe(
      'authorize.no_such_resource',
    )
  })

  test('a prompt by its arguments, which may be absent; a resource by its URI, and as if it were not there', async () => {
    const authorize = await started(
      [
        `permit (principal, action, resource);
forbid (principal, action == ${action('t___prompt:sum')}, resource)
when { context.input has kind && context.input.kind == "long" };
forbid (principal, action == ${action('t___resource:read')}, resource)
unless { context.input.uri like "docs://open/*" };`,
      ],
      ALL,
    )
    const decide = (entry: CatalogueEntry, args: Record<string, string>) =>
      authorize.decide(bob, entry, args, 'r', '127.0.0.1')
    expect(isRefusal(decide(PROMPT, {}))).toBe(false)
    expect(isRefusal(decide(PROMPT, { kind: 'short' }))).toBe(false)
    expect(refused(decide(PROMPT, { kind: 'long' })).refused).toBe('authorize.denied')
    expect(isRefusal(decide(READING, { uri: 'docs://open/a' }))).toBe(false)
    expect(refused(decide(READING, { uri: 'docs://a' }))).toMatchObject({
      refused: 'authorize.no_such_resource',
      actual: 'authorize.denied',
    })
    expect(await authorize.readable(bob, READING, ['docs://a', 'docs://open/a'], 'v')).toEqual(
      new Set(['docs://open/a']),
    )
    // Completion follows what may be seen.
    expect(authorize.complete(bob, PROMPT, { ref: {} }, 'r', '')).toMatchObject({
      decision: { completion: true, policies: [] },
    })
    const nobody = await started([], ALL)
    expect(isRefusal(nobody.complete(bob, PROMPT, {}, 'r', ''))).toBe(true)
  })

  test('R4: what one may read is not what another may, and a new list is asked for anew', async () => {
    const authorize = await started(
      [
        `permit (principal, action == ${action('t___resource:read')}, resource)
when { principal.hasTag("area") && context.input.uri like "docs://a*" && principal.getTag("area") == "a" };
permit (principal, action == ${action('t___resource:read')}, resource)
when { principal.hasTag("area") && context.input.uri like "docs://b*" && principal.getTag("area") == "b" };`,
      ],
      ALL,
    )
    const of = async (area: string, uris: readonly string[], version: string) => [
      ...(await authorize.readable(identity(area, { tags: { area } }), READING, uris, version)),
    ]
    expect(await of('a', ['docs://a', 'docs://b'], '1')).toEqual(['docs://a'])
    expect(await of('b', ['docs://a', 'docs://b'], '1')).toEqual(['docs://b'])
    expect(await of('a', ['docs://a2', 'docs://b2'], '2')).toEqual(['docs://a2'])
  })
})

describe('what nobody approved makes no set invalid', () => {
  const READS_ID = `permit (principal, action, resource) when { context.input.id > 1 };`

  test('a rule for everything that does not fit a prompt leaves the prompt out, and says why', async () => {
    const authorize = unloaded()
    const other = offered('prompt', 'u', 'prompt:id', 'id')
    const loaded = await loadInto(authorize, files(READS_ID), catalogue([...ALL, other]))
    expect(loaded).toMatchObject({ loaded: true })
    expect(loaded.loaded && Object.fromEntries(loaded.quarantined)).toEqual({
      't___prompt:sum': 'the policies do not fit its arguments',
      't___resource:read': 'the policies do not fit its arguments',
      'u___prompt:id': 'the policies do not fit its arguments',
    })
    expect(seen(authorize)).toEqual(['tool'])
  })

  test('of several targets those that fit are kept', async () => {
    const authorize = unloaded()
    const opens = tool('t___open', { ...text('uri'), required: ['uri'] })
    const other = offered('resource', 'u', 'resource:read', 'uri')
    const set = files(
      'permit (principal, action, resource) when { context.input.uri like "docs:*" };',
    )
    const loaded = await loadInto(authorize, set, catalogue([opens, PROMPT, other]))
    expect(loaded.loaded && [...loaded.quarantined.keys()]).toEqual(['t___prompt:sum'])
    expect(isRefusal(authorize.see(bob, 'u___resource:read', 'resource'))).toBe(false)
  })

  test('a set that is wrong of itself is refused as it is', async () => {
    const authorize = unloaded()
    const set = files(
      `permit (principal, action == ${action('t___draw')}, resource) when { context.input.nope };`,
    )
    expect(findingsOf(await loadInto(authorize, set, catalogue(ALL)))[0]).toMatch('nope')
  })

  test('a prompt that is gone is a notice; a prompt of no target, and a tool, are mistakes', async () => {
    const up = { t: { state: 'up', reason: undefined, describedAtMs: 1 } } as const
    const load = (name: string) =>
      loadInto(
        unloaded(),
        files(`permit (principal, action == ${action(name)}, resource);`),
        catalogue(ALL, up),
      )
    const gone = await load('t___prompt:gone')
    expect(gone.loaded && gone.notices.map((notice) => notice.text)).toEqual([
      'the prompt `t___prompt:gone` has no approved definition that can be used',
    ])
    expect(findingsOf(await load('u___prompt:gone'))[0]).toMatch('there is no prompt')
    expect(findingsOf(await load('t___resource:list'))[0]).toMatch('there is no tool')
    expect(findingsOf(await load('t___gone'))[0]).toMatch('there is no tool')
  })
})

describe('policy-audit §1.4: the policy tools take prompts and resources', () => {
  const SET = `@id("prompts")
permit (principal, action in ${action('GetPrompt')}, resource);
@id("open")
permit (principal, action == ${action('t___resource:read')}, resource)
when { context.input.uri like "docs://open/*" };`
  const principal = {
    kind: 'person',
    issuer: ISSUER,
    subject: 'bob',
    clientId: 'ide',
    tags: {},
  } as const
  const settings = { gatewayId: GATEWAY, homeIssuer: ISSUER }

  test('explain and who-can', async () => {
    const authorize = await started([SET], ALL)
    const explain = (name: string, args: Record<string, string>) =>
      authorize.explain({ principal, tool: name, args })
    expect(explain('t___prompt:sum', {})).toMatchObject({
      decision: 'allow',
      deciding: ['1.cedar#prompts'],
    })
    expect(explain('t___resource:read', { uri: 'docs://a' })).toMatchObject({
      decision: 'deny',
      visible: true,
      policies: [{ id: '1.cedar#open' }],
    })
    expect(explain('t___prompt:none', {})).toMatchObject({ code: 'authorize.no_such_prompt' })
    const review = await authorize.review({ principals: [principal] })
    expect(review.map(({ tool: name, allowed }) => [name, allowed])).toEqual([
      ['t___draw', 'never'],
      ['t___prompt:sum', 'any arguments'],
      ['t___resource:read', 'some arguments'],
    ])
  })

  test('cases; those for a prompt that is not there now stop nothing', async () => {
    const { cases, findings } = readCases([
      {
        file: 'a.test.yaml',
        text: `cases:
  - { name: open, who: {}, tool: "t___resource:read", arguments: { uri: "docs://open/a" }, expect: allow, policies: [1.cedar#open] }
  - { name: shut, who: {}, tool: "t___resource:read", arguments: { uri: "docs://a" }, expect: deny, listed: true }
  - { name: sum, who: {}, tool: "t___prompt:sum", expect: allow }
  - { name: gone, who: {}, tool: "t___prompt:gone", expect: allow }`,
      },
    ])
    expect(findings).toEqual([])
    const up = { t: { state: 'up', reason: undefined, describedAtMs: 1 } } as const
    const report = await testPolicies(files(SET), cases, catalogue(ALL, up), settings)
    expect(report).toMatchObject({ run: 3, failures: [], skipped: [{ name: 'gone' }] })
  })

  test('suggestions from what was read', async () => {
    const read = (uri: string, answer: 'allow' | 'deny'): RecordedCall => ({
      principal: { ...principal, tags: { groups: '|readers|' } },
      tool: 't___resource:read',
      args: { uri },
      known: 'all',
      answer,
      shadow: false,
      policies: [],
      count: 1,
      lastMs: 0,
      requestIds: [uri],
    })
    const { policies, covered } = await suggest(
      [read('docs://a', 'allow'), read('docs://b', 'deny')],
      catalogue(ALL),
      { ...settings, by: 'groups', severalIssuers: false },
    )
    expect(covered).toBe(1)
    expect(policies).toContain('action == AgentCore::Action::"t___resource:read"')
    expect(policies).toContain('context.input.uri == "docs://a"')
  })
})

const NAMES = [
  'CallTool',
  'GetPrompt',
  'ReadResource',
  'Mcp',
  ...ALL.map((one) => one.qualifiedName),
]
const scope = fc.oneof(
  fc.constant('action'),
  fc
    .subarray(NAMES, { minLength: 1 })
    .map((names) => `action in [${names.map(action).join(', ')}]`),
)
const condition = fc.constantFrom(
  '',
  'when { principal.hasTag("a") }',
  'unless { principal.hasTag("a") }',
)
const reading = fc.constantFrom(
  `when { context.input.uri like "docs://a*" }`,
  `unless { context.input.uri == "docs://b" }`,
)
const policy = fc.oneof(
  fc
    .tuple(fc.constantFrom('permit', 'forbid'), scope, condition)
    .map(([effect, on, when]) => `${effect} (principal, ${on}, resource) ${when};`),
  fc
    .tuple(fc.constantFrom('permit', 'forbid'), reading)
    .map(
      ([effect, when]) =>
        `${effect} (principal, action == ${action('t___resource:read')}, resource) ${when};`,
    ),
)
const URIS = ['docs://a', 'docs://ab', 'docs://b', 'docs://c']

test('M-10 property: whatever is hidden is refused, for all kinds, and a resource is listed exactly if it is read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(policy, { maxLength: 5 }), fc.boolean(), async (texts, tagged) => {
      const authorize = await started([texts.join('\n')], ALL)
      const who = identity('eve', tagged ? { tags: { a: '1' } } : {})
      for (const entry of ALL) {
        const { entries } = await authorize.visible(who, undefined, entry.kind)
        const listed = entries.length > 0
        const allowed = (args: Record<string, string>) =>
          !isRefusal(authorize.decide(who, entry, args, 'r', '127.0.0.1'))
        expect(listed).toBe(!isRefusal(authorize.see(who, entry.qualifiedName, entry.kind)))
        if (entry.kind !== 'resource') {
          expect(allowed({})).toBe(listed)
          continue
        }
        const readable = await authorize.readable(who, entry, URIS, 'v')
        for (const uri of URIS) {
          expect([uri, allowed({ uri })]).toEqual([uri, listed && readable.has(uri)])
        }
      }
    }),
    { numRuns: 40 },
  )
})
