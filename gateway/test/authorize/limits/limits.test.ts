import { describe, expect, test } from 'vitest'
import { createBudgets } from '../../../src/authorize/limits/limits.ts'
import {
  rateLimitSettings,
  targetRateLimitSettings,
  type RateLimitSettings,
} from '../../../src/authorize/limits/settings.ts'
import { identity, ISSUER, tool } from '../world.ts'

const OFF = { address: 'off', client: 'off', person: 'off', tool: 'off', target: 'off' } as const
const ONE = { perMinute: 60, burst: 1 }

function make(limits: Partial<RateLimitSettings> = {}, target: object = {}) {
  let now = 0
  const told: string[] = []
  const clock = { wallMs: () => 0, monotonicMs: () => now }
  const budgets = createBudgets(clock, (name) => told.push(name))
  const settings = {
    rateLimits: { ...OFF, ...limits },
    targets: {
      records: { rateLimits: targetRateLimitSettings.parse(target) },
      market: { rateLimits: targetRateLimitSettings.parse({}) },
    },
  }
  const pass = (ms: number) => void (now += ms)
  return { budgets, settings, limits: budgets.under(settings), told, pass }
}
const read = tool('records___read')
const write = tool('records___write')
const price = tool('market___price')
const [alice, bob] = [identity('alice'), identity('bob')]
const machine = identity('', { kind: 'client', clientId: 'batch' })

describe('policy-audit §4: whose budget it is', () => {
  test('one person is one budget at all clients; another issuer has other people', () => {
    const { limits } = make({ person: ONE })
    const same = [alice, identity('alice', { clientId: 'x' }), identity('alice', { kind: 'agent' })]
    expect(same.map((who) => limits.ofCaller(who) === undefined)).toEqual([true, false, false])
    expect(limits.ofCaller(identity('alice', { issuer: `${ISSUER}/` }))).toBeUndefined()
    expect(limits.ofCaller(bob)).toBeUndefined()
  })

  test('a machine has the budget of its client, and none of a person, whatever its name', () => {
    const { limits } = make({ person: ONE, client: { perMinute: 60, burst: 2 } })
    const likeAlice = identity('', { kind: 'client', clientId: 'alice' })
    limits.ofCaller(alice)
    expect(limits.ofCaller(likeAlice)).toBeUndefined()
    expect(
      [machine, machine, machine].map((who) => limits.ofCaller(who)?.rpcData?.['limit']),
    ).toEqual([undefined, undefined, 'client'])
  })

  test('a search is counted like a tool, at no target', () => {
    const { limits } = make({ tool: ONE, target: ONE })
    const asked = [alice, alice, bob, machine].map((who) => limits.ofSearch(who, 'search_tools'))
    expect(asked.map((refusal) => refusal?.rpcData?.['limit'])).toEqual([
      undefined,
      'tool',
      undefined,
      undefined,
    ])
    expect(limits.ofCall(alice, read)).toBeUndefined()
  })

  test('a tool is counted for each person and for each machine', () => {
    const { limits } = make({ tool: ONE })
    const asked = [alice, alice, bob, machine, machine].map((who) => limits.ofCall(who, read))
    expect(asked.map((refusal) => refusal?.refused)).toEqual([
      undefined,
      'authorize.rate_limited',
      undefined,
      undefined,
      'authorize.rate_limited',
    ])
    expect(limits.ofCall(alice, write)).toBeUndefined()
  })

  test('a target has its own settings, others have the general ones', () => {
    const { limits } = make({ tool: ONE, target: 'off' }, { tool: 'off', target: ONE })
    expect([limits.ofCall(alice, read), limits.ofCall(bob, write)?.rpcData]).toEqual([
      undefined,
      { limit: 'target', retryAfter: 1 },
    ])
    expect([limits.ofCall(alice, price), limits.ofCall(alice, price)?.rpcData?.['limit']]).toEqual([
      undefined,
      'tool',
    ])
  })

  test('addresses: IPv6 by network, IPv4 one by one', () => {
    const { limits } = make({ address: ONE })
    const asked = ['192.0.2.1', '192.0.2.2', '::ffff:192.0.2.1', '2001:db8::1', '2001:db8::2']
    expect(asked.map((address) => limits.ofAddress(address) === undefined)).toEqual([
      true,
      true,
      false,
      true,
      false,
    ])
  })
})

test('the refusal rounds up to whole seconds and tells the operator the milliseconds', () => {
  const { limits, told, pass } = make({ person: { perMinute: 40, burst: 1 } })
  limits.ofCaller(alice)
  pass(100)
  expect(limits.ofCaller(alice)).toMatchObject({
    retryAfterSeconds: 2,
    rpcData: { limit: 'person', retryAfter: 2 },
    seen: 'the limit `person`: 40 a minute, 1 at once',
    reason: 'the limit `person` is spent; a call passes in 1400 ms',
  })
  expect(told).toEqual(['person'])
  pass(1400)
  expect(limits.ofCaller(alice)).toBeUndefined()
})

test('D-08: calls under way are counted over a reload, and a refused one takes no place', () => {
  const { budgets, settings, limits } = make({ tool: ONE }, { concurrent: 2 })
  expect([limits.ofCall(alice, read), limits.ofCall(alice, read)?.refused]).toEqual([
    undefined,
    'authorize.rate_limited',
  ])
  const next = budgets.under(settings)
  expect(next.ofCall(bob, read)).toBeUndefined()
  expect(next.ofCall(machine, read)?.rpcData).toEqual({ limit: 'concurrent', retryAfter: 1 })
  expect(next.ofCall(machine, price)).toBeUndefined()
  limits.leave(read)
  expect(next.ofCall(machine, read)).toBeUndefined()
})

test('a target that the configuration no longer has is bounded by nothing, and called by nobody', () => {
  const { limits } = make({ tool: ONE, target: ONE })
  const gone = tool('gone___read')
  expect([limits.ofCall(alice, gone), limits.ofCall(alice, gone)]).toEqual([undefined, undefined])
})

test('the defaults are limits, all of them, and the sizes of their tables are told', () => {
  const { budgets, settings } = make()
  const limits = budgets.under({ ...settings, rateLimits: rateLimitSettings.parse({}) })
  expect([
    limits.ofAddress('192.0.2.1'),
    limits.ofCaller(alice),
    limits.ofCall(alice, read),
  ]).toEqual([undefined, undefined, undefined])
  expect([...budgets.sizes()]).toEqual([
    [['address'], 1],
    [['client'], 1],
    [['person'], 1],
    [['tool'], 1],
    [['target records'], 1],
    [['target market'], 0],
  ])
})
