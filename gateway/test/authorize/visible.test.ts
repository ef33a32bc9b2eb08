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
  listOf,
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
      expect(costs).toEqual(['whole,whole', '', '', '', ''])
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
    expect(listOf(authorize, bob).entries).toEqual([])
  })

  test('a pending tool and one that is quarantined are neither listed nor callable', async () => {
    const pending = tool('market___new', {}, { pin: 'pending' })
    const gone = tool('market___gone', {}, { quarantined: 'the target no longer has it' })
    const broken = tool('market___broken', {
      type: 'object',
      properties: { 'a b-': { type: 'string' } },
    })
    const authorize = await started([EVERYTHING], [pending, gone, broken, PRICES])
    expect(listOf(authorize, bob).entries).toEqual([PRICES])
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
    expect(listOf(authorize, bob)).toMatchObject({ entries: [], hidden: 1 })
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
    const namesOf = (who: ReturnType<typeof principal>) =>
      listOf(authorize, identityOf(who)).entries.map(({ name }) => name)
    expect(namesOf(principal('alice', { tenant: 'acme' }))).toEqual(['people', 'tenant'])
    expect(namesOf(principal('', { kind: 'client', clientId: 'alice' }))).toEqual(['machines'])
    expect(namesOf(principal('alice', { kind: 'agent', clientId: 'bot' }))).toEqual([
      'agents',
      'people',
    ])
    expect(namesOf(principal('alice', { issuer: 'https://other.example' }))).toEqual([])
    expect(namesOf(principal('bob', { tags: { agent: 'bot' } }))).toEqual([])
    expect(namesOf(principal(`alice`, { issuer: ISSUER, tags: { tenant: 'acme' } }))).toEqual([
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
    expect(listOf(await started([rule(GATEWAY)], [PRICES]), bob).entries).toEqual([PRICES])
    expect(listOf(await started([rule('arn:aws:x')], [PRICES]), bob).entries).toEqual([])
  })
})

describe('policy-audit §1.3: lists of many tools', () => {
  const names = Array.from({ length: 300 }, (_, at) => `big___tool_${at}`)
  const own = names.map((name, at) => {
    const group = at % 2 === 0 ? 'even' : 'odd'
    return `permit(principal, action == AgentCore::Action::"${name}", resource)
when { principal.hasTag("group") && principal.getTag("group") == "${group}" && context.input has a };`
  })
  const offered = names.map((name) =>
    tool(name, { type: 'object', properties: { a: { type: 'string' } } }),
  )
  const even = identity('eve', { tags: { group: 'even' } })

  test('are asked for in pieces, between which the loop turns, and then known', async () => {
    const authorize = await started(own, offered)
    let turns = 0
    const turning = setInterval(() => (turns += 1), 0)
    const asked = authorize.visible(even)
    expect(asked).toBeInstanceOf(Promise)
    const { entries, hidden } = await asked
    clearInterval(turning)
    expect([entries.length, hidden]).toEqual([150, 150])
    expect(turns).toBeGreaterThan(1)
    expect(listOf(authorize, even).entries).toHaveLength(150)
  })

  test('belong to the state that decides when they are complete', async () => {
    const authorize = await started(own, offered)
    const asked = authorize.visible(even)
    authorize.close()
    expect((await asked).entries).toEqual([])
  })

  test('policies that are for any tool are asked once, however many tools there are', async () => {
    const counted = counting()
    const authorize = await started(
      [
        'permit(principal, action, resource) when { principal.hasTag("group") && context.input has a };',
      ],
      offered,
      counted.engine,
    )
    expect(listOf(authorize, even).entries).toHaveLength(300)
    expect(counted.asked()).toBe(1)
    const looking = await started(
      ['permit(principal, action, resource) when { action == AgentCore::Action::"big___tool_7" };'],
      offered.slice(0, 20),
    )
    expect(listOf(looking, even).entries.map(({ name }) => name)).toEqual(['tool_7'])
  })
})

function counting() {
  let asked = 0
  const engine: Engine = {
    ...cedar,
    decide(question) {
      asked += 1
      return cedar.decide(question)
    },
  }
  return { engine, asked: () => asked }
}
