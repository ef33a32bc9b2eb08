import { describe, expect, test } from 'vitest'
import { cedar } from '../../src/authorize/engine.ts'
import {
  call,
  catalogue,
  files,
  identity,
  isPermitted,
  started,
  tool,
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
const GERMANY = `forbid(principal, action == AgentCore::Action::"market___get_prices", resource)
unless { context.input.market == "DE" };`
const EVERYTHING = 'permit(principal, action, resource);'

const alice = identity('alice', { tags: { group: 'analysts' } })
const bob = identity('bob', { tags: { group: 'traders' } })

describe('policy-audit §1.3: each cache with two principals (R4)', () => {
  test('decisions without arguments', async () => {
    const authorize = await started([READERS], [PRICES])
    for (let round = 0; round < 3; round += 1) {
      expect(isPermitted(call(authorize, bob, PRICES.qualifiedName))).toBe(true)
      expect(isPermitted(call(authorize, alice, PRICES.qualifiedName))).toBe(false)
    }
  })

  test('decisions by arguments, in which both the person and the arguments count', async () => {
    const own = `permit(principal, action, resource) when {
  principal.hasTag("market") && context.input.market == principal.getTag("market") };`
    const authorize = await started([own], [PRICES])
    const german = identity('g', { tags: { market: 'DE' } })
    const french = identity('f', { tags: { market: 'FR' } })
    for (let round = 0; round < 3; round += 1) {
      expect(isPermitted(call(authorize, german, PRICES.qualifiedName, { market: 'DE' }))).toBe(
        true,
      )
      expect(isPermitted(call(authorize, french, PRICES.qualifiedName, { market: 'DE' }))).toBe(
        false,
      )
      expect(isPermitted(call(authorize, french, PRICES.qualifiedName, { market: 'FR' }))).toBe(
        true,
      )
      expect(isPermitted(call(authorize, german, PRICES.qualifiedName, { market: 'FR' }))).toBe(
        false,
      )
    }
  })

  test('lists, of one target and of all', async () => {
    const other = tool('other___get_prices')
    const all = `permit(principal, action == AgentCore::Action::"other___get_prices", resource);`
    const authorize = await started([READERS, all], [other, PRICES])
    for (let round = 0; round < 2; round += 1) {
      expect(listOf(authorize, bob).entries).toEqual([PRICES, other])
      expect(listOf(authorize, alice)).toMatchObject({ entries: [other], hidden: 1 })
      expect(listOf(authorize, bob, 'market')).toMatchObject({ entries: [PRICES], hidden: 0 })
      expect(listOf(authorize, alice, 'market')).toMatchObject({ entries: [], hidden: 1 })
    }
  })

  test('a cached decision does not ask the engine again, and new arguments that nobody reads neither', async () => {
    let asked = 0
    const authorize = await started([EVERYTHING, GERMANY], [PRICES], {
      ...cedar,
      decide: (question) => {
        asked += 1
        return cedar.decide(question)
      },
    })
    for (const day of ['1', '2', '3']) {
      expect(isPermitted(call(authorize, bob, PRICES.qualifiedName, { market: 'DE', day }))).toBe(
        true,
      )
    }
    // Once whether the tool can be reached at all, once for what was read of the arguments.
    expect(asked).toBe(2)
    call(authorize, bob, PRICES.qualifiedName, { market: 'FR' })
    expect(asked).toBe(3)
  })

  test('a reload forgets what was decided before', async () => {
    const authorize = await started([READERS], [PRICES])
    expect(isPermitted(call(authorize, bob, PRICES.qualifiedName))).toBe(true)
    const before = listOf(authorize, bob).version
    await loadInto(authorize, files(`forbid(principal, action, resource);`), catalogue([PRICES]))
    expect(isPermitted(call(authorize, bob, PRICES.qualifiedName))).toBe(false)
    expect(listOf(authorize, bob).version).not.toBe(before)
  })

  test('two gateways in one process do not share what the engine holds', async () => {
    const open = await started([EVERYTHING], [PRICES])
    const closed = await started([], [PRICES])
    expect(isPermitted(call(open, bob, PRICES.qualifiedName))).toBe(true)
    expect(isPermitted(call(closed, bob, PRICES.qualifiedName))).toBe(false)
  })
})
