import { describe, expect, test } from 'vitest'
import { createAuthorize, type Authorize } from '../../src/authorize/authorize.ts'
import { createClockface } from '../../src/authorize/circumstances.ts'
import { cedar } from '../../src/authorize/engine.ts'
import type { LoadResult } from '../../src/authorize/loading.ts'
import { readsOf } from '../../src/authorize/read-set.ts'
import { isRefusal } from '../../src/refusal.ts'
import {
  catalogue,
  files,
  GATEWAY,
  identity,
  inThisThread,
  ISSUER,
  isPermitted,
  loadInto,
  tool,
  listOf,
} from './world.ts'

const READ = tool('t___read', { type: 'object', properties: { n: { type: 'integer' } } })
const bob = identity('bob')
const permit = (condition: string) => `permit(principal, action, resource) when { ${condition} };`
const OFFICE = permit('context.network.address.isInRange(ip("10.0.0.0/8"))')
const HOURS = permit(
  'context.time.weekday <= 5 && context.time.hour >= 9 && context.time.hour * 60 + context.time.minute < 1050',
)

async function gateway(policy: string, options: { timeZone?: string } = {}) {
  const at = { nowMs: Date.parse('2026-11-20T10:00:00Z') }
  let asked = 0
  const authorize = createAuthorize({
    gatewayId: GATEWAY,
    homeIssuer: ISSUER,
    workshop: inThisThread,
    clock: { wallMs: () => at.nowMs },
    engine: {
      ...cedar,
      decide(question) {
        asked += 1
        return cedar.decide(question)
      },
    },
    ...options,
  })
  const result = await loadInto(authorize, files(policy), catalogue([READ]))
  return {
    authorize,
    result,
    asked: () => asked,
    at: (iso: string) => (at.nowMs = Date.parse(iso)),
  }
}

function callFrom(authorize: Authorize, address: string, args: object = {}): object {
  const entry = authorize.see(bob, 't___read')
  return isRefusal(entry) ? entry : authorize.decide(bob, entry, args as never, 'r', address)
}
const allowed = (authorize: Authorize, address = '10.1.2.3') =>
  isPermitted(callFrom(authorize, address))

function noticesOf(result: LoadResult): readonly string[] {
  return result.loaded ? result.notices.map(({ text }) => text) : []
}

describe('policy-audit §1.2: the address of the peer', () => {
  test('decides, for two callers of one principal, in whatever order and out of the cache', async () => {
    const { authorize } = await gateway(OFFICE)
    for (let round = 0; round < 2; round += 1) {
      expect(allowed(authorize, '10.1.2.3')).toBe(true)
      expect(allowed(authorize, '192.0.2.1')).toBe(false)
      expect(allowed(authorize, '::ffff:10.1.2.3')).toBe(true)
      expect(allowed(authorize, '2001:db8::1')).toBe(false)
    }
  })

  test.each(['', 'fe80::1%eth0', 'unknown', '10.0.0.1, 10.0.0.2', '10.1'])(
    'what is no address (`%s`) is refused where a policy reads it, and nowhere else',
    async (address) => {
      const { authorize } = await gateway(OFFICE)
      const answer = callFrom(authorize, address)
      expect(isRefusal(answer) && answer.refused).toBe('authorize.policy_error')
      const other = await gateway(permit('true'))
      expect(isPermitted(callFrom(other.authorize, address))).toBe(true)
    },
  )

  test('an argument cannot pose as it', async () => {
    const { authorize } = await gateway(OFFICE)
    const args = { network: { address: '10.0.0.1' }, address: '10.0.0.1' }
    expect(isPermitted(callFrom(authorize, '192.0.2.1', args))).toBe(false)
  })
})

describe('policy-audit §1.2: the time', () => {
  test('a window of hours and days, never beyond it out of the cache', async () => {
    const { authorize, at } = await gateway(HOURS)
    const seen = [
      '2026-11-20T08:59:59Z',
      '2026-11-20T09:00:00Z',
      '2026-11-20T17:29:59Z',
      '2026-11-20T17:30:00Z',
      '2026-11-21T10:00:00Z',
      '2026-11-20T09:00:30Z',
    ].map((iso) => {
      at(iso)
      return allowed(authorize)
    })
    expect(seen).toEqual([false, true, true, false, false, true])
  })

  test('in the configured time zone, over a change of its offset', async () => {
    const clockface = createClockface('Europe/Berlin')
    const of = (iso: string) => clockface(Date.parse(iso))
    expect(of('2026-10-25T00:30:00Z')).toMatchObject({ hour: 2, minute: 30, weekday: 7 })
    expect(of('2026-10-25T01:30:00Z')).toMatchObject({ hour: 2, minute: 30, weekday: 7 })
    expect(of('2026-10-25T23:30:00Z')).toMatchObject({ hour: 0, minute: 30, weekday: 1 })
    const { authorize, at } = await gateway(HOURS, { timeZone: 'Europe/Berlin' })
    at('2026-11-20T08:00:00Z')
    expect(allowed(authorize)).toBe(true)
  })

  test('a decision is kept for as long as what it reads stays the same; an instant is never kept', async () => {
    const hourly = await gateway(permit('context.time.hour == 10'))
    hourly.at('2026-11-20T10:00:00Z')
    allowed(hourly.authorize)
    const before = hourly.asked()
    hourly.at('2026-11-20T10:59:59Z')
    expect(allowed(hourly.authorize)).toBe(true)
    expect(hourly.asked()).toBe(before)
    hourly.at('2026-11-20T11:00:00Z')
    expect(allowed(hourly.authorize)).toBe(false)
    const until = await gateway(permit('context.time.now < datetime("2026-11-20T10:00:00.500Z")'))
    until.at('2026-11-20T10:00:00.499Z')
    expect(allowed(until.authorize)).toBe(true)
    until.at('2026-11-20T10:00:00.500Z')
    expect(allowed(until.authorize)).toBe(false)
  })
})

describe('policy-audit §1.2, §1.3: lists, schema and notices', () => {
  test.each([OFFICE, HOURS])(
    'a tool that may be allowed elsewhere or later is listed',
    async (policy) => {
      const { authorize, at } = await gateway(policy)
      at('2026-11-21T03:00:00Z')
      expect(listOf(authorize, bob).entries).toEqual([READ])
      expect(allowed(authorize, '192.0.2.1')).toBe(false)
      expect(callFrom(authorize, '192.0.2.1')).toMatchObject({ refused: 'authorize.denied' })
    },
  )

  test('policies that use them are marked as not portable', async () => {
    expect(noticesOf((await gateway(HOURS)).result)).toEqual([
      'the policy reads `context.time.hour`, `context.time.minute`, `context.time.weekday`, which AgentCore does not have',
    ])
    expect(noticesOf((await gateway(permit('true'))).result)).toEqual([])
  })

  test('a name that is not there is a finding', async () => {
    const { result } = await gateway(permit('context.time.second == 1'))
    expect(result.loaded).toBe(false)
  })

  test('an explanation says what was seen, and that nobody knows an address that is not given', async () => {
    const { authorize } = await gateway(OFFICE)
    const question = {
      principal: { kind: 'person', issuer: ISSUER, subject: 'bob', clientId: 'ide', tags: {} },
      tool: 't___read',
      args: {},
    } as const
    expect(authorize.explain(question)).toMatchObject({
      decision: 'deny',
      reason: 'the address of the caller is not known',
    })
    const known = authorize.explain({ ...question, address: '::ffff:10.0.0.9' })
    expect(known.decision).toBe('allow')
    expect(known.policies[0]?.conditions[0]?.parts[0]?.saw).toEqual([
      { name: 'context.network.address', value: '10.0.0.9' },
    ])
  })
})

test.each([
  ['context.time.hour < 9', ['time.hour']],
  [
    'context has time && context.time has hour',
    ['time.now', 'time.hour', 'time.minute', 'time.weekday'],
  ],
  ['context has network', ['network.address']],
  ['context.network == context.network', ['network.address']],
  ['context.input has a', []],
  [
    'context == context',
    ['network.address', 'time.now', 'time.hour', 'time.minute', 'time.weekday'],
  ],
])('policy-audit §1.1 rule 5: `%s` reads %j', (condition, expected) => {
  const tree = cedar.parsePolicy(permit(condition))
  if ('failed' in tree) throw new Error('does not parse')
  expect(readsOf(tree).circumstances).toEqual(expected)
})
