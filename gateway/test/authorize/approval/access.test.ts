import { describe, expect, onTestFinished, test } from 'vitest'
import { createAccess } from '../../../src/authorize/approval/access.ts'
import type { ApprovalEvent } from '../../../src/authorize/approval/events.ts'
import { createInTurn } from '../../../src/system/in-turn.ts'
import { refuse } from '../../../src/refusal.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import type { Store } from '../../../src/store/store.ts'
import { identity } from '../world.ts'
import { DAN, MINUTE, testClock, type TestClock } from './world.ts'

const TOOL = 't___pay'
const HASH = 'as approved'
const ALICE = identity('alice', { tenant: 'acme' })
const HOUR = 60 * MINUTE

function open(more: { store?: Store; clock?: TestClock } = {}) {
  const clock = more.clock ?? testClock()
  const store = more.store ?? createMemoryStore(clock)
  const events: ApprovalEvent[] = []
  const access = createAccess({
    store,
    clock,
    inTurn: createInTurn(),
    record: async (event) => void events.push(event),
    notify: () => undefined,
    mostPerPerson: () => 3,
    log: { warn: () => undefined },
  })
  onTestFinished(() => access.close())
  const isGranted = (who = ALICE, tool = TOOL, hash = HASH) =>
    access.granted(who.principal, tool, hash) !== undefined
  async function ask(requestId = 'request-1', who = ALICE, tool = TOOL, forbidden = false) {
    access.denied(who, requestId, tool, refuse('authorize.denied'))
    const asked = { requestId, reason: 'month-end' }
    return access.ask(who, asked, () => forbidden)
  }
  async function granted(lifeMs = 2 * HOUR): Promise<string> {
    const reference = (await ask()) as string
    const grant = { reference, lifeMs, reason: 'x', hashOf: () => HASH }
    expect(await access.grant(grant, DAN)).toHaveProperty('state', 'granted')
    return reference
  }
  return { clock, store, access, events, isGranted, ask, granted }
}

describe('attacks D-13, M-10: what is kept of a denial', () => {
  test.for(['t___pay\n@channel: grant this', `t___${'x'.repeat(125)}`, '', 't___päy'])(
    'what cannot be the name of a tool is not: %j',
    async (name) => {
      const { ask, events } = open()
      expect(await ask('request-1', ALICE, name)).toMatchObject({
        refused: 'authorize.access_not_possible',
      })
      expect(events).toEqual([])
    },
  )

  test('what can be one is, whether there is such a tool or not', async () => {
    const { ask } = open()
    expect(await ask('request-1', ALICE, `t___${'x'.repeat(124)}`)).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('issue 4, Deliver 4: access is time-boxed', () => {
  test('it begins at once and ends by the clock, without anybody doing anything', async () => {
    const { isGranted, granted, clock, access } = open()
    expect(isGranted()).toBe(false)
    await granted(2 * HOUR)
    expect(isGranted()).toBe(true)
    for (let passed = 0; passed < 119; passed += 1) {
      clock.advance(MINUTE)
      await access.refresh()
    }
    expect(isGranted()).toBe(true)
    clock.advance(MINUTE)
    expect(isGranted()).toBe(false)
  })

  test('the end is recorded once, whichever process comes first', async () => {
    const one = open()
    await one.granted(HOUR)
    const other = open({ store: one.store, clock: one.clock })
    one.clock.advance(HOUR)
    await Promise.all([one.access.expire(), other.access.expire()])
    const ended = [...one.events, ...other.events].filter(({ state }) => state === 'ended')
    expect(ended).toMatchObject([{ detail: { by: 'time', former: 'granted' } }])
  })

  test('it survives the end of the process', async () => {
    const { store, clock, granted } = open()
    await granted()
    const next = open({ store, clock })
    expect(next.isGranted()).toBe(false)
    await next.access.refresh()
    expect(next.isGranted()).toBe(true)
  })

  test('what another process ended counts no more once the list is too old to trust', async () => {
    const one = open()
    const reference = await one.granted()
    const other = open({ store: one.store, clock: one.clock })
    await other.access.refresh()
    await one.access.end(reference, 'done', DAN)
    expect([one.isGranted(), other.isGranted()]).toEqual([false, true])
    one.clock.advance(MINUTE + 1)
    expect(other.isGranted()).toBe(false)
  })

  test('R4: another person, client, tenant, tool or definition has no part in it', async () => {
    const { isGranted, granted } = open()
    await granted()
    expect(isGranted(identity('bob', { tenant: 'acme' }))).toBe(false)
    expect(isGranted(identity('alice', { tenant: 'acme', clientId: 'other' }))).toBe(false)
    expect(isGranted(identity('alice', { tenant: 'other' }))).toBe(false)
    expect(isGranted(identity('alice', { tenant: 'acme', kind: 'agent' }))).toBe(false)
    expect(isGranted(ALICE, 't___other')).toBe(false)
    expect(isGranted(ALICE, TOOL, 'changed')).toBe(false)
    expect(isGranted()).toBe(true)
  })
})

describe('issue 4, Deliver 4: asking', () => {
  test('the same tool asked for twice is one request; there are only so many', async () => {
    const { ask, events } = open()
    const first = await ask('request-1')
    expect(await ask('request-2')).toBe(first)
    await ask('request-3', ALICE, 't___b')
    await ask('request-4', ALICE, 't___c')
    expect(await ask('request-5', ALICE, 't___d')).toMatchObject({
      refused: 'authorize.access_not_possible',
    })
    expect(events.map(({ state }) => state)).toEqual(['asked', 'asked', 'asked'])
  })

  test('a denial is remembered for an hour, for its caller, the latest of each', async () => {
    const { access, clock } = open()
    const never = () => false
    const about = (requestId: string) => ({ requestId, reason: 'x' })
    access.denied(ALICE, 'old', TOOL, refuse('authorize.denied'))
    clock.advance(HOUR + 1)
    expect(await access.ask(ALICE, about('old'), never)).toHaveProperty('refused')
    for (let at = 0; at < 20; at += 1) {
      access.denied(ALICE, `request-${at}`, TOOL, refuse('authorize.no_such_tool'))
    }
    expect(await access.ask(ALICE, about('request-3'), never)).toHaveProperty('refused')
    expect(await access.ask(ALICE, about('request-4'), never)).toMatch(/^[0-9a-f]{32}$/)
    expect(await access.ask(identity('bob'), about('request-5'), never)).toHaveProperty('refused')
  })

  test('what access cannot change is not remembered, and machines do not ask', async () => {
    const { access } = open()
    const machine = identity('', { kind: 'client' })
    access.denied(ALICE, 'a', TOOL, refuse('authorize.tool_changed'))
    access.denied(ALICE, 'b', TOOL, refuse('authorize.disabled'))
    access.denied(machine, 'c', TOOL, refuse('authorize.denied'))
    for (const [who, requestId] of [
      [ALICE, 'a'],
      [ALICE, 'b'],
      [machine, 'c'],
    ] as const) {
      const answer = await access.ask(who, { requestId, reason: 'x' }, () => false)
      expect(answer).toHaveProperty('refused')
    }
  })

  test('what a policy forbids is not granted, and the reason is said', async () => {
    const { access, ask } = open()
    const reference = (await ask('request-1', ALICE, TOOL, true)) as string
    const grant = { reference, lifeMs: HOUR, reason: 'x', hashOf: () => HASH }
    await expect(access.grant(grant, DAN)).rejects.toThrow('a policy forbids')
  })

  test('whoever asked neither grants nor ends', async () => {
    const { access, ask } = open()
    const reference = (await ask()) as string
    const alice = { ...DAN, subject: 'alice' }
    const grant = { reference, lifeMs: HOUR, reason: 'x', hashOf: () => HASH }
    expect(await access.grant(grant, alice)).toHaveProperty('barred')
    expect(await access.end(reference, 'x', alice)).toHaveProperty('barred')
    const nobody = { ...DAN, roles: new Set<string>() }
    expect(await access.grant(grant, nobody)).toHaveProperty('barred')
  })
})

test('issue 4, Deliver 4: what one person has open is counted over all clients that they ask by', async () => {
  const { ask } = open()
  const by = (clientId: string) => identity('alice', { tenant: 'acme', clientId })
  const answers: unknown[] = []
  for (const client of ['ide', 'chat', 'agent', 'more']) {
    answers.push(await ask(`request-${client}`, by(client)))
  }
  expect(answers.slice(0, 3).map((answer) => typeof answer)).toEqual(['string', 'string', 'string'])
  expect(answers[3]).toMatchObject({
    refused: 'authorize.access_not_possible',
    expected: 'fewer than 3',
  })
  // Somebody else is not touched, and the same request is the same.
  expect(typeof (await ask('request-bob', identity('bob')))).toBe('string')
  expect(await ask('request-ide', by('ide'))).toBe(answers[0])
})

test('policy-audit §2.4: what somebody wrote stands beside the detail of a record, not in it', async () => {
  const { ask, granted, access, events } = open()
  await ask()
  const reference = await granted()
  await access.end(reference, 'Bob is back', DAN)
  expect(events.map(({ state, words }) => [state, words])).toEqual([
    ['asked', 'month-end'],
    ['granted', 'x'],
    ['ended', 'Bob is back'],
  ])
  expect(JSON.stringify(events.map(({ detail }) => detail))).not.toMatch(/month-end|Bob/)
})
