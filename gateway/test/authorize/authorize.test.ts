import { describe, expect, test } from 'vitest'
import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs'
import { cedar } from '../../src/authorize/engine.ts'
import type { Action } from '../../src/authorize/action.ts'
import { buildLoaded, type Loaded } from '../../src/authorize/loaded.ts'
import { Permit } from '../../src/authorize/permit.ts'
import { principalEntity } from '../../src/authorize/principal-entity.ts'
import { decideCall } from '../../src/authorize/verdict.ts'
import { rawNumber } from '../../src/json/raw-number.ts'
import {
  call,
  catalogue,
  files,
  findingsOf,
  GATEWAY,
  identity,
  isPermitted,
  ISSUER,
  refused,
  started,
  tool,
  unloaded,
  inThisThread,
  loadInto,
  listOf,
} from './world.ts'

const PRICES = tool('market___get_prices', {
  type: 'object',
  properties: { market: { type: 'string' }, day: { type: 'string' }, limit: { type: 'integer' } },
  required: ['market'],
})
const ALERT = tool('market___set_alert', {
  type: 'object',
  properties: { price: { type: 'number' }, note: { type: 'string' } },
  required: ['price'],
})
const READERS = `permit(principal, action == AgentCore::Action::"market___get_prices", resource)
when { principal.hasTag("group") && principal.getTag("group") == "traders" };`
const GERMANY = `forbid(principal, action == AgentCore::Action::"market___get_prices", resource)
unless { context.input.market == "DE" };`
const EVERYTHING = 'permit(principal, action, resource);'

const alice = identity('alice', { tags: { group: 'analysts' } })
const bob = identity('bob', { tags: { group: 'traders' } })

/** Lists are asked for without a schema: there are no arguments. */
function isCall({ preparsedSchemaName }: { preparsedSchemaName?: string }): boolean {
  return preparsedSchemaName !== undefined
}

describe('policy-audit §1.1', () => {
  test('rule 9: without any policy everything is denied and nothing is listed', async () => {
    const authorize = await started([], [PRICES])
    expect(refused(call(authorize, bob, PRICES.qualifiedName)).refused).toBe(
      'authorize.no_such_tool',
    )
    expect(listOf(authorize, bob)).toMatchObject({ entries: [], hidden: 1 })
  })

  test('rule 9: before anything is loaded everything is denied', () => {
    const authorize = unloaded()
    expect(refused(authorize.see(bob, PRICES.qualifiedName)).refused).toBe('authorize.policy_error')
    expect(refused(authorize.decide(bob, PRICES, {}, 'r', '')).refused).toBe(
      'authorize.policy_error',
    )
    expect(listOf(authorize, bob)).toEqual({
      entries: [],
      hidden: 0,
      wouldHide: [],
      version: '',
    })
    expect(authorize.cedarSchema()).toBeUndefined()
    const question = {
      principal: { ...bob.principal, kind: 'client', tags: {} },
      tool: 'x',
      args: {},
    }
    expect(authorize.explain(question as never).code).toBe('authorize.no_such_tool')
  })

  test('an allowed call is a permit that holds what was decided, serialised once', async () => {
    const authorize = await started([READERS], [PRICES, ALERT])
    const args = { market: 'DE', limit: rawNumber('10.0') }
    const permit = call(authorize, bob, PRICES.qualifiedName, args)
    expect(Permit.is(permit)).toBe(true)
    expect(permit).toMatchObject({
      requestId: 'request-1',
      identity: bob,
      entry: PRICES,
      args,
      argsJson: '{"market":"DE","limit":10.0}',
      decision: { mode: 'ENFORCE', policies: ['1.cedar#1'] },
    })
  })

  test('rule 1: a forbid that overflows denies, although the engine skips it and answers allow (P-13)', async () => {
    const overflow = `@id("no-overflow")
forbid(principal, action == AgentCore::Action::"market___get_prices", resource)
when { context.input has limit && context.input.limit + 9223372036854775807 < 0 };`
    const authorize = await started([EVERYTHING, overflow], [PRICES])
    const args = { market: 'DE', limit: 1 }
    expect(refused(call(authorize, bob, PRICES.qualifiedName, args))).toMatchObject({
      refused: 'authorize.policy_error',
      policies: ['2.cedar#no-overflow'],
    })
    expect(isPermitted(call(authorize, bob, PRICES.qualifiedName, { market: 'DE' }))).toBe(true)
  })

  test('rule 1: a failure of the engine or a thrown value denies and hides, and passes', async () => {
    let broken = true
    const authorize = await started([EVERYTHING, GERMANY], [PRICES, ALERT], {
      ...cedar,
      decide: (question) => (broken && isCall(question) ? { failed: [] } : cedar.decide(question)),
    })
    const args = { market: 'DE' }
    expect(refused(call(authorize, bob, PRICES.qualifiedName, args))).toMatchObject({
      refused: 'authorize.policy_error',
      reason: 'the engine failed',
    })
    expect(refused(call(authorize, bob, ALERT.qualifiedName)).refused).toBe(
      'authorize.policy_error',
    )
    broken = false
    expect(
      isPermitted(call(authorize, bob, PRICES.qualifiedName, { market: 'DE', day: '1' })),
    ).toBe(false)
    expect(isPermitted(call(authorize, alice, PRICES.qualifiedName, args))).toBe(true)
  })

  test('rule 1: an error that holds for every call hides, and so does a failure', async () => {
    const erring = `forbid(principal, action, resource) when { 9223372036854775807 + 1 < 0 };`
    const certain = await started([EVERYTHING, GERMANY, erring], [PRICES])
    expect(refused(certain.see(bob, PRICES.qualifiedName))).toMatchObject({
      refused: 'authorize.no_such_tool',
      actual: 'authorize.policy_error',
    })
    const failing = await started([EVERYTHING, GERMANY], [PRICES], {
      ...cedar,
      decide: (question) => (isCall(question) ? cedar.decide(question) : { failed: [] }),
    })
    expect(listOf(failing, bob).entries).toEqual([])
  })

  test.each(['__entity', '__extn', '__expr'])(
    'rule 4: `%s` anywhere in the arguments is refused',
    async (key) => {
      const authorize = await started([EVERYTHING, GERMANY], [PRICES])
      const args = { market: 'DE', list: [1, { deep: { [key]: { type: 'X', id: 'y' } } }] }
      expect(refused(call(authorize, bob, PRICES.qualifiedName, args))).toMatchObject({
        refused: 'authorize.reserved_key',
        seen: `\`${key}\``,
      })
    },
  )

  test('rule 4: the same words as values are only values', async () => {
    const authorize = await started([EVERYTHING], [PRICES])
    const args = { market: '__entity', list: ['__extn', null, 1] }
    expect(isPermitted(call(authorize, bob, PRICES.qualifiedName, args))).toBe(true)
  })

  test('rule 5: what no policy reads cannot break a decision', async () => {
    const authorize = await started([EVERYTHING, GERMANY], [PRICES])
    const args = { market: 'DE', day: 5, limit: 1.123456, other: [null] }
    expect(isPermitted(call(authorize, bob, PRICES.qualifiedName, args))).toBe(true)
  })

  test('rule 5: a value that a policy reads and that does not fit is refused by path and policy', async () => {
    const cheap = `permit(principal, action == AgentCore::Action::"market___set_alert", resource)
when { context.input.price.lessThan(decimal("100.0")) };`
    const authorize = await started([cheap], [ALERT])
    expect(refused(call(authorize, bob, ALERT.qualifiedName, { price: 1.12345 }))).toMatchObject({
      refused: 'authorize.inconvertible_argument',
      seen: '`/price` does not fit a decimal of 4 places',
      policies: ['1.cedar#1'],
      reason: expect.stringContaining('`1.cedar#1`') as string,
    })
    expect(refused(call(authorize, bob, ALERT.qualifiedName, {})).seen).toBe('`/price` is required')
    const exact = { price: rawNumber('9.90') }
    expect(isPermitted(call(authorize, bob, ALERT.qualifiedName, exact))).toBe(true)
  })

  test.each([{ Limit: 5000 }, { LIMIT: 5000 }, { '\u212aeep': 5000 }])(
    'rule 5: a name that a policy reads is not dodged by another case (M-02): %j',
    async (args) => {
      const bounded = `forbid(principal, action == AgentCore::Action::"market___get", resource)
when { context.input has limit && context.input.limit > 100 || context.input has keep };`
      const get = tool('market___get', {
        type: 'object',
        properties: { limit: { type: 'integer' }, keep: { type: 'integer' }, Day: {} },
      })
      const authorize = await started([EVERYTHING, bounded], [get])
      expect(refused(call(authorize, bob, 'market___get', args))).toMatchObject({
        refused: 'authorize.inconvertible_argument',
        seen: expect.stringContaining('is spelled in another case') as string,
        policies: ['2.cedar#1'],
      })
      expect(isPermitted(call(authorize, bob, 'market___get', { limit: 5, DAY: 1 }))).toBe(true)
    },
  )

  test('rule 5: where a policy reads the input as a whole, a failure of the whole has no path', async () => {
    const whole = 'permit(principal, action, resource) when { context has input.a || true };'
    const authorize = await started(
      ['permit(principal, action, resource) when { context == context };', whole],
      [tool('t___x', { type: 'object', properties: { a: { type: 'boolean' } } })],
    )
    const answer = refused(call(authorize, bob, 't___x', [] as never))
    expect(answer).toMatchObject({ seen: '`/` is not an object' })
    expect(answer.policies).toEqual(['1.cedar#1', '2.cedar#1'])
  })

  test('rules 2 and 8: a bad set keeps the last good one, at every reload, and says where (F-07)', async () => {
    const authorize = unloaded()
    const known = catalogue([PRICES])
    expect((await loadInto(authorize, files(READERS), known)).loaded).toBe(true)
    for (let round = 0; round < 3; round += 1) {
      const bad = await loadInto(
        authorize,
        files(`${READERS}\npermit(principal, action, resource) when { 1 };`),
        known,
      )
      expect(findingsOf(bad)[0]).toMatch(/^1\.cedar:3:44 /)
      expect(isPermitted(call(authorize, bob, PRICES.qualifiedName, { market: 'DE' }))).toBe(true)
    }
    expect((await loadInto(authorize, files(), known)).loaded).toBe(true)
    expect(isPermitted(call(authorize, bob, PRICES.qualifiedName, { market: 'DE' }))).toBe(false)
    expect((await loadInto(authorize, files(READERS), known)).loaded).toBe(true)
    expect(isPermitted(call(authorize, bob, PRICES.qualifiedName, { market: 'DE' }))).toBe(true)
  })

  test('rule 8: an engine that refuses to hold a set changes nothing', async () => {
    let full = false
    const authorize = unloaded({
      ...cedar,
      prepareSet: (name, set) => (full ? FULL : cedar.prepareSet(name, set)),
    })
    expect((await loadInto(authorize, files(READERS), catalogue([PRICES]))).loaded).toBe(true)
    full = true
    expect(findingsOf(await loadInto(authorize, files(), catalogue([PRICES])))).toEqual([
      ':0:0 no room',
    ])
    expect(isPermitted(call(authorize, bob, PRICES.qualifiedName, { market: 'DE' }))).toBe(true)
  })

  test('rule 8: a schema that cannot be held refuses the load too', async () => {
    const authorize = unloaded({
      ...cedar,
      prepareSchema: (name, schema) =>
        JSON.stringify(schema).includes('get_prices') ? FULL : cedar.prepareSchema(name, schema),
    })
    expect(findingsOf(await loadInto(authorize, files(), catalogue([PRICES])))).toEqual([
      ':0:0 no room',
    ])
  })

  test('rule 3: what is not of the declared type never reaches a policy', async () => {
    const parts = { engine: cedar, workshop: inThisThread, pause: () => Promise.resolve() }
    const offered = catalogue([PRICES])
    const policies = files(EVERYTHING, GERMANY)
    const loaded = (await buildLoaded(policies, offered, undefined, 'rule3', parts)) as Loaded
    const action = loaded.actions.get(PRICES.qualifiedName) as Action
    const who = principalEntity(bob.principal, ISSUER)
    const around = { engine: cedar, gatewayId: GATEWAY }
    const input = (market: CedarValueJson) => ({ input: { market }, entities: [] })
    expect(decideCall(action, who, around, input('DE')).answer).toBe('allow')
    const alice = { __entity: { type: 'AgentCore::OAuthUser', id: 'alice' } }
    expect(decideCall(action, who, around, input(alice)).answer).toBe('error')
    expect(decideCall(action, who, around, { input: {}, entities: [] }).answer).toBe('error')
  })

  test('rule 2: a catalogue that the policies do not fit brings nothing new, but withdraws what changed', async () => {
    const limited = `forbid(principal, action, resource) when { context.input has limit && context.input.limit > 9 };`
    const authorize = unloaded()
    const other = tool('market___other', {
      type: 'object',
      properties: { limit: { type: 'integer' } },
    })
    const gone = { ...other, qualifiedName: 'market___gone', name: 'gone' }
    const kept = { ...other, qualifiedName: 'market___kept', name: 'kept' }
    expect(
      (
        await loadInto(
          authorize,
          files(EVERYTHING, limited),
          catalogue([PRICES, other, gone, kept]),
        )
      ).loaded,
    ).toBe(true)
    const misfit = tool('market___misfit', {
      type: 'object',
      properties: { limit: { type: 'string' } },
    })
    const namesOf = () => listOf(authorize, bob).entries.map(({ name }) => name)
    expect(namesOf()).toEqual(['get_prices', 'gone', 'kept', 'other'])
    const newer = [{ ...PRICES, pin: 'changed' as const }, { ...other, hash: 'new' }, kept, misfit]
    expect((await loadInto(authorize, files(EVERYTHING, limited), catalogue(newer))).loaded).toBe(
      false,
    )
    expect(namesOf()).toEqual(['kept'])
    expect(refused(call(authorize, bob, PRICES.qualifiedName)).refused).toBe(
      'authorize.tool_changed',
    )
    expect(refused(call(authorize, bob, 'market___other')).refused).toBe('authorize.tool_changed')
    expect(refused(call(authorize, bob, 'market___gone')).reason).toBe(
      'the target no longer has it',
    )
    expect(refused(call(authorize, bob, 'market___misfit')).refused).toBe('authorize.no_such_tool')
    expect(
      (
        await loadInto(
          authorize,
          files(EVERYTHING, limited),
          catalogue([PRICES, other, gone, kept, misfit]),
        )
      ).loaded,
    ).toBe(false)
    expect(namesOf()).toEqual(['get_prices', 'gone', 'kept', 'other'])
  })

  test('rule 8: whoever is closed denies, and its place in the engine is taken again', async () => {
    const names: string[] = []
    const watched = {
      ...cedar,
      prepareSet: (name: string, set: Parameters<typeof cedar.prepareSet>[1]) => {
        names.push(name)
        return cedar.prepareSet(name, set)
      },
    }
    const first = await started([], [PRICES], watched)
    first.close()
    first.close()
    expect(refused(first.see(bob, PRICES.qualifiedName)).refused).toBe('authorize.policy_error')
    expect(findingsOf(await loadInto(first, files(), catalogue([])))).toEqual([
      ':0:0 the gateway is closed',
    ])
    const [second, third] = [
      await started([], [PRICES], watched),
      await started([], [PRICES], watched),
    ]
    expect(names[1]).toBe(names[0])
    expect(names[2]).not.toBe(names[0])
    second.close()
    third.close()
  })

  test('rule 8: what a failed load wrote into the engine is not what is decided with', async () => {
    const authorize = unloaded({
      ...cedar,
      prepareSchema: (name, schema) =>
        JSON.stringify(schema).includes('t___last') ? FULL : cedar.prepareSchema(name, schema),
    })
    const known = catalogue([PRICES])
    for (let round = 0; round < 2; round += 1) {
      expect((await loadInto(authorize, files(EVERYTHING), known)).loaded).toBe(true)
      const half = catalogue([PRICES, tool('t___last')])
      expect(
        (await loadInto(authorize, files('forbid(principal, action, resource);'), half)).loaded,
      ).toBe(false)
      const newcomer = identity(`newcomer ${round}`)
      expect(isPermitted(call(authorize, newcomer, PRICES.qualifiedName))).toBe(true)
    }
  })

  test('rule 10: a permit on a group allows its tools', async () => {
    const authorize = await started(
      ['permit(principal is AgentCore::OAuthUser, action in AgentCore::Action::"Mcp", resource);'],
      [PRICES],
    )
    expect(isPermitted(call(authorize, bob, PRICES.qualifiedName))).toBe(true)
  })
})

const FULL = {
  failed: [{ message: 'no room', help: null, code: null, url: null, severity: null }],
}
