import { describe, expect, test } from 'vitest'
import { refuse } from '../../../src/refusal.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { identity, isPermitted, refused, started } from '../world.ts'
import {
  CAROL,
  DAN,
  MINUTE,
  PAY,
  POLICY,
  referenceOf,
  slow,
  startApprovals,
  testClock,
  TOOL,
  type ApprovalsWorld,
} from './world.ts'

async function given(world: ApprovalsWorld, args = PAY): Promise<string> {
  const reference = referenceOf(await world.pay(args))
  await world.desk.decide(reference, 'given', DAN, 'checked')
  return reference
}

/** The call as it waits now. */
function refusedYet(world: ApprovalsWorld) {
  return { ...refuse('authorize.needs_approval'), pending: world.pendingOf() }
}

describe('policy-audit §1.5: which call waits', () => {
  test('a permit without the annotation that matches too is a plain allow', async () => {
    const world = await startApprovals()
    expect(isPermitted(await world.pay({ amount: 10 }))).toBe(true)
    expect(refused(await world.pay({ amount: 11 })).refused).toBe('authorize.needs_approval')
    expect(world.states()).toEqual(['asked'])
  })

  test('to whoever does not settle it, it is a refusal', async () => {
    const world = await startApprovals()
    const entry = world.authorize.see(CAROL, TOOL.qualifiedName)
    const decided = world.authorize.decide(
      CAROL,
      entry as typeof TOOL,
      PAY,
      'request-1',
      '192.0.2.1',
    )
    expect(refused(decided)).toMatchObject({
      refused: 'authorize.needs_approval',
      policies: ['1.cedar#large'],
    })
  })

  test('those who decide are told once, and nothing of what the call carries', async () => {
    const world = await startApprovals()
    await world.pay()
    await world.pay()
    const [notice] = world.notices
    expect(world.notices).toEqual([
      {
        type: 'approval.asked',
        reference: notice?.reference,
        tool: TOOL.qualifiedName,
        roles: ['approver'],
        expiresAtMs: world.clock.wallMs() + 15 * MINUTE,
      },
    ])
  })
})

test('D-13: of one person so many wait and no more, at however many clients', async () => {
  const world = await startApprovals()
  const carol = (clientId: string) => identity('carol', { tenant: 'acme', clientId })
  for (let at = 0; at < 20; at += 1) {
    const answer = await world.pay({ amount: 100 + at }, carol(`client-${at}`))
    expect(refused(answer).refused).toBe('authorize.needs_approval')
  }
  const more = await world.pay({ amount: 99 }, carol('another'))
  expect(refused(more).refused).toBe('authorize.approval_not_possible')
  const other = await world.pay({ amount: 99 }, identity('erin', { tenant: 'acme' }))
  expect(refused(other).refused).toBe('authorize.needs_approval')
})

describe('policy-audit §1.5: time', () => {
  test('a request waits as long as the policy says, and a new one has a new reference', async () => {
    const world = await startApprovals()
    const reference = referenceOf(await world.pay())
    world.clock.advance(14 * MINUTE)
    expect(referenceOf(await world.pay())).toBe(reference)
    world.clock.advance(MINUTE)
    expect(referenceOf(await world.pay())).not.toBe(reference)
    await expect(world.desk.decide(reference, 'given', DAN, 'late')).rejects.toThrow(
      'nothing waits',
    )
  })

  test('an approval holds as long again, and not longer', async () => {
    const world = await startApprovals()
    await given(world)
    world.clock.advance(14 * MINUTE)
    expect(isPermitted(await world.pay())).toBe(true)
    await given(world)
    world.clock.advance(15 * MINUTE)
    expect(refused(await world.pay()).refused).toBe('authorize.needs_approval')
  })

  test('what ended unused is recorded once, by whoever comes first', async () => {
    const world = await startApprovals()
    await world.pay()
    await given(world, { ...PAY, payee: 'y' })
    world.clock.advance(15 * MINUTE)
    await Promise.all([world.desk.expire(), world.desk.expire()])
    expect(world.states()).toEqual(['asked', 'asked', 'given', 'expired', 'expired'])
    expect(await world.desk.list()).toEqual([])
  })
})

describe('policy-audit §3: used once', () => {
  test.for([0, 5])('of 50 at once exactly one passes (store slowed by %i ms)', async (ms) => {
    const clock = testClock()
    const store = slow(createMemoryStore(clock), ms)
    const [one, other] = [
      await startApprovals({ store, clock }),
      await startApprovals({ store, clock }),
    ]
    await given(one)
    // Two processes over one store, and 25 callers at each.
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? one : other).pay()),
    )
    expect(answers.filter(isPermitted)).toHaveLength(1)
    expect([...one.states(), ...other.states()].filter((state) => state === 'used')).toHaveLength(1)
    const references = new Set(answers.filter((answer) => 'refused' in answer).map(referenceOf))
    // The others wait for the next approval, under one reference.
    expect(references.size).toBe(1)
  })

  test('it survives the end of the process', async () => {
    const first = await startApprovals()
    await given(first)
    const { store, clock } = first
    const second = await startApprovals({ store, clock })
    expect(isPermitted(await second.pay())).toBe(true)
    expect(isPermitted(await first.pay())).toBe(false)
  })

  test('it is spent before anything is recorded: without a record there is no call', async () => {
    const world = await startApprovals()
    await given(world)
    world.failing.record = true
    await expect(world.pay()).rejects.toThrow('the log is away')
    world.failing.record = false
    expect(refused(await world.pay()).refused).toBe('authorize.needs_approval')
  })

  test('a request that could not be recorded never was', async () => {
    const world = await startApprovals()
    world.failing.record = true
    await expect(world.pay()).rejects.toThrow('the log is away')
    expect(await world.desk.list()).toEqual([])
    expect(world.notices).toEqual([])
  })

  test('a decision that could not be recorded has no effect', async () => {
    const world = await startApprovals()
    const reference = referenceOf(await world.pay())
    world.failing.record = true
    await expect(world.desk.decide(reference, 'given', DAN, 'x')).rejects.toThrow('away')
    world.failing.record = false
    expect(refused(await world.pay()).refused).toBe('authorize.needs_approval')
  })
})

describe('policy-audit §1.5: decided again at use', () => {
  test.for([
    ['a denial', 'authorize.denied'],
    ['a revocation', 'identify.token_revoked'],
    ['a disabled tool', 'authorize.disabled'],
  ] as const)('%s that came meanwhile stands', async ([, code]) => {
    const world = await startApprovals()
    await given(world)
    const answer = await world.pay(PAY, CAROL, () => refuse(code))
    expect(refused(answer).refused).toBe(code)
    expect(world.events.at(-1)).toMatchObject({
      state: 'used',
      detail: { void: expect.any(String) },
    })
  })

  test('a revocation that comes while the use is recorded stands', async () => {
    const world = await startApprovals()
    await given(world)
    const answer = await world.pay(PAY, CAROL, () =>
      world.states().includes('used') ? refuse('identify.token_revoked') : refusedYet(world),
    )
    expect(refused(answer).refused).toBe('identify.token_revoked')
  })

  test('an approval by one role is none where another one is asked for by now', async () => {
    const asking = `@id("staff") @approval("approver")
permit (principal, action, resource) when { principal.hasTag("level") && principal.getTag("level") == "1" };
@id("others") @approval("board")
permit (principal, action, resource) when { !(principal.hasTag("level") && principal.getTag("level") == "1") };`
    const world = await startApprovals({ authorize: await started([asking], [TOOL]) })
    const [before, now] = ['1', '2'].map((level) =>
      identity('carol', { tenant: 'acme', tags: { level } }),
    )
    const reference = referenceOf(await world.pay(PAY, before))
    await world.desk.decide(reference, 'given', DAN, 'checked')
    const answer = refused(await world.pay(PAY, now))
    expect(answer.refused).toBe('authorize.needs_approval')
    expect(referenceOf(answer)).not.toBe(reference)
    expect(isPermitted(await world.pay(PAY, before))).toBe(true)
  })

  test('policies that were swapped between need a new approval', async () => {
    const world = await startApprovals()
    await given(world)
    const other = await startApprovals({
      authorize: await started([`${POLICY} // another version`], [TOOL]),
    })
    const pending = other.pendingOf()
    const answer = await world.pay(PAY, CAROL, () => ({
      refused: 'authorize.needs_approval',
      pending,
    }))
    expect(refused(answer).refused).toBe('authorize.needs_approval')
  })

  test('another definition of the tool needs a new approval', async () => {
    const { store, clock, ...world } = await startApprovals()
    await given({ store, clock, ...world })
    const changed = await started([POLICY], [{ ...TOOL, hash: 'another' }])
    const next = await startApprovals({ store, clock, authorize: changed })
    expect(refused(await next.pay()).refused).toBe('authorize.needs_approval')
  })
})

describe('policy-audit §1.5: four eyes', () => {
  test('whoever asked does not decide, at whichever client and tenant', async () => {
    const world = await startApprovals()
    const reference = referenceOf(await world.pay())
    const carol = { ...DAN, subject: 'carol', tenant: 'other', client: 'another' }
    expect(await world.desk.decide(reference, 'given', carol, 'x')).toEqual({
      barred: expect.stringMatching(/second person/),
    })
    expect(await world.desk.decide(reference, 'refused', carol, 'x')).toHaveProperty('barred')
  })

  test('a person of another issuer with the same name is another person', async () => {
    const world = await startApprovals()
    const reference = referenceOf(await world.pay())
    const namesake = { ...DAN, subject: 'carol', issuer: 'https://partner.example' }
    expect(await world.desk.decide(reference, 'given', namesake, 'x')).toHaveProperty(
      'state',
      'given',
    )
  })

  test('an agent’s request is its person’s', async () => {
    const world = await startApprovals()
    const agent = identity('carol', { kind: 'agent' })
    const reference = referenceOf(await world.pay(PAY, agent))
    const carol = { ...DAN, subject: 'carol' }
    expect(await world.desk.decide(reference, 'given', carol, 'x')).toHaveProperty('barred')
  })

  test('the role is the one that the policy names', async () => {
    const world = await startApprovals()
    const reference = referenceOf(await world.pay())
    for (const roles of [[], ['admin'], ['approvers']]) {
      const other = { ...DAN, roles: new Set(roles) }
      expect(await world.desk.decide(reference, 'given', other, 'x')).toEqual({
        barred: expect.stringMatching(/role `approver`/),
      })
    }
  })

  test('of several deciders at once one decides', async () => {
    const world = await startApprovals()
    const reference = referenceOf(await world.pay())
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, () => world.desk.decide(reference, 'given', DAN, 'x')),
    )
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(world.states()).toEqual(['asked', 'given'])
  })
})
