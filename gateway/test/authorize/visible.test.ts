import { describe, expect, test } from 'vitest'
import { cedar, type Engine } from '../../src/authorize/engine.ts'
import { principalEntity } from '../../src/authorize/principal-entity.ts'
import { notationOf } from '../../src/authorize/schema-text.ts'
import {
  call,
  catalogue,
  files,
  GATEWAY,
  identity,
  identityOf,
  isPermitted,
  ISSUER,
  principal,
  refused,
  started,
  tool,
  unloaded,
  loadInto,
} from './world.ts'

const PRICES = tool('market___get_prices', {
  type: 'object',
  properties: { market: { type: 'string' }, day: { type: 'string' }, limit: { type: 'integer' } },
  required: ['market'],
})
const READERS = `permit(principal, action == AgentCore::Action::"market___get_prices", resource)
when { principal.hasTag("group") && principal.getTag("group") == "traders" };`
const EVERYTHING = 'permit(principal, action, resource);'

const alice = identity('alice', { tags: { group: 'analysts' } })
const bob = identity('bob', { tags: { group: 'traders' } })

describe('protocol §9 and attacks M-10: what is not listed', () => {
  test('unknown and invisible tools are one answer to the caller and two to the audit', async () => {
    const authorize = await started([READERS], [PRICES])
    const invisible = refused(call(authorize, alice, PRICES.qualifiedName))
    const unknown = refused(call(authorize, alice, 'market___nothing'))
    expect(invisible.actual).toBe('authorize.denied')
    expect(unknown.actual).toBe('authorize.no_such_tool')
    for (const { refused: code, seen, expected, rpcData } of [invisible, unknown]) {
      expect({ code, seen, expected, rpcData }).toEqual({ code: 'authorize.no_such_tool' })
    }
  })

  test('a name that does not exist costs what a hidden tool costs, whichever is asked for first', async () => {
    const asked: string[] = []
    const counting: Engine = {
      ...cedar,
      decide: (question) => (asked.push('whole'), cedar.decide(question)),
      decidePartly: (question) => (asked.push('partly'), cedar.decidePartly(question)),
    }
    const limited = `permit(principal, action == AgentCore::Action::"market___limited", resource)
when { principal.hasTag("group") && principal.getTag("group") == "traders" && context.input.market == "DE" };`
    const tools = [
      PRICES,
      tool('market___limited', PRICES.inputSchema),
      tool('market___nobodys'),
      tool('other___tool'),
    ]
    const authorize = await started([READERS, limited], tools, counting)
    const names = [...tools.slice(0, 3).map((entry) => entry.qualifiedName), 'market___nothing']
    for (const [at, first] of names.entries()) {
      const analyst = identity(`analyst ${at}`, { tags: { group: 'analysts' } })
      const costs = [first, ...names].map((name) => {
        asked.length = 0
        expect(refused(call(authorize, analyst, name)).refused).toBe('authorize.no_such_tool')
        return asked.toSorted().join()
      })
      expect(costs).toEqual(['partly,whole', '', '', '', ''])
    }
  })

  test('a hidden tool stays hidden when it has changed as well', async () => {
    const changed = { ...PRICES, pin: 'changed' as const }
    const authorize = await started([READERS], [changed])
    expect(refused(call(authorize, bob, PRICES.qualifiedName)).refused).toBe(
      'authorize.tool_changed',
    )
    expect(refused(call(authorize, alice, PRICES.qualifiedName)).refused).toBe(
      'authorize.no_such_tool',
    )
    expect(authorize.visible(bob).entries).toEqual([])
  })

  test('a pending tool and one that is quarantined are neither listed nor callable', async () => {
    const pending = tool('market___new', {}, { pin: 'pending' })
    const gone = tool('market___gone', {}, { quarantined: 'the target no longer has it' })
    const broken = tool('market___broken', {
      type: 'object',
      properties: { 'a b-': { type: 'string' } },
    })
    const authorize = await started([EVERYTHING], [pending, gone, broken, PRICES])
    expect(authorize.visible(bob).entries).toEqual([PRICES])
    const reasonOf = (name: string) => {
      const { refused: code, reason } = refused(call(authorize, bob, name))
      return [code, reason]
    }
    expect(reasonOf('market___new')).toEqual([
      'authorize.no_such_tool',
      'the tool waits for approval',
    ])
    expect(reasonOf('market___gone')).toEqual([
      'authorize.no_such_tool',
      'the target no longer has it',
    ])
    expect(reasonOf('market___broken')[1]).toMatch(/^no policy schema can be made/)
  })

  test('tools of a target that is down are not listed, and stay callable as the policies say', async () => {
    const authorize = unloaded()
    const down = { state: 'down' as const, reason: 'refused', describedAtMs: 1 }
    await loadInto(authorize, files(EVERYTHING), catalogue([PRICES], { market: down }))
    expect(authorize.visible(bob)).toMatchObject({ entries: [], hidden: 1 })
    expect(isPermitted(call(authorize, bob, PRICES.qualifiedName))).toBe(true)
  })

  test('a tool that was swapped between being seen and being decided is not called', async () => {
    const authorize = await started([EVERYTHING], [PRICES])
    const stale = { ...PRICES, hash: 'another' }
    expect(refused(authorize.decide(bob, stale, {}, 'r', '')).refused).toBe(
      'authorize.tool_changed',
    )
    expect(refused(authorize.decide(bob, tool('market___gone'), {}, 'r', '')).refused).toBe(
      'authorize.no_such_tool',
    )
  })
})

describe('policy-audit §1.2: the AgentCore shape', () => {
  test('the schema can be read as Cedar text', async () => {
    const text = notationOf(JSON.stringify((await started([], [PRICES])).cedarSchema()))
    expect(text).toContain('namespace AgentCore')
    expect(text).toContain('action "market___get_prices" in [Action::"CallTool"] appliesTo')
  })

  test('people, agents and machines differ by type and tags', async () => {
    const rules = [
      `permit(principal == AgentCore::OAuthUser::"alice", action == AgentCore::Action::"t___people", resource);`,
      `permit(principal is AgentCore::OAuthClient, action == AgentCore::Action::"t___machines", resource);`,
      `permit(principal, action == AgentCore::Action::"t___agents", resource)
       when { principal.hasTag("agent") && principal.getTag("agent") == "bot" };`,
      `permit(principal, action == AgentCore::Action::"t___tenant", resource)
       when { principal.hasTag("tenant") && principal.getTag("tenant") == "acme" };`,
    ]
    const authorize = await started(
      rules,
      ['people', 'machines', 'agents', 'tenant'].map((name) => tool(`t___${name}`)),
    )
    const listOf = (who: ReturnType<typeof principal>) =>
      authorize.visible(identityOf(who)).entries.map(({ name }) => name)
    expect(listOf(principal('alice', { tenant: 'acme' }))).toEqual(['people', 'tenant'])
    expect(listOf(principal('', { kind: 'client', clientId: 'alice' }))).toEqual(['machines'])
    expect(listOf(principal('alice', { kind: 'agent', clientId: 'bot' }))).toEqual([
      'agents',
      'people',
    ])
    expect(listOf(principal('alice', { issuer: 'https://other.example' }))).toEqual([])
    expect(listOf(principal('bob', { tags: { agent: 'bot' } }))).toEqual([])
    expect(listOf(principal(`alice`, { issuer: ISSUER, tags: { tenant: 'acme' } }))).toEqual([
      'people',
      'tenant',
    ])
  })

  test('ids of two issuers never meet, whatever their subjects look like', () => {
    const [home, other] = ['https://home.example', 'https://other.example']
    const idOf = (subject: string, issuer: string) =>
      principalEntity(principal(subject, { issuer }), home).uid.id
    expect(idOf('alice', home)).toBe('alice')
    expect(idOf('alice', other)).toBe('https://other.example#alice')
    expect(idOf('https://other.example#alice', home)).not.toBe(idOf('alice', other))
  })

  test('every kind of input can be read and decided', async () => {
    const any = tool('t___any', {
      type: 'object',
      properties: {
        text: { type: 'string' },
        when: { type: 'string', format: 'date-time' },
        side: { type: 'string', enum: ['buy', 'sell'] },
        labels: { type: 'object', additionalProperties: { type: ['string', 'null'] } },
        pair: {
          type: 'array',
          prefixItems: [{ type: 'integer' }, { type: 'number' }],
          items: false,
        },
        list: {
          type: 'array',
          items: { type: 'object', properties: { flag: { type: 'boolean' } } },
        },
        thing: {},
        other: {},
      },
    })
    const rule = `permit(principal, action, resource) when {
  context.input == context.input && context has input.side &&
  context.input.side == AgentCore::t___any::Input::side::"buy" &&
  context has input.labels && context.input.labels.hasTag("x") };`
    const authorize = await started([rule], [any])
    const args = {
      side: 'buy',
      labels: { x: 'y' },
      pair: [1, 2],
      list: [{ flag: true }],
      thing: 1,
      other: 2,
    }
    expect(isPermitted(call(authorize, bob, 't___any', args))).toBe(true)
    expect(isPermitted(call(authorize, bob, 't___any', { ...args, side: 'sell' }))).toBe(false)
    expect(isPermitted(call(authorize, bob, 't___any', { ...args, labels: {} }))).toBe(false)
  })

  test('a policy that is written for another gateway does not apply here', async () => {
    const rule = (id: string) =>
      `permit(principal, action, resource == AgentCore::Gateway::"${id}");`
    expect((await started([rule(GATEWAY)], [PRICES])).visible(bob).entries).toEqual([PRICES])
    expect((await started([rule('arn:aws:x')], [PRICES])).visible(bob).entries).toEqual([])
  })
})
