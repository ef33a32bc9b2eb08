import { describe, expect, test } from 'vitest'
import { createDecisionCache } from '../../src/authorize/decision-cache.ts'
import type { Verdict } from '../../src/authorize/verdict.ts'
import { principal } from './world.ts'

const ALLOW: Verdict = { answer: 'allow', policies: [], reason: '' }

describe('policy-audit §1.3: the decision cache', () => {
  test('what is remembered of one principal is not known of another (R4)', () => {
    const cache = createDecisionCache((who) => who.clientId)
    const [alice, bob] = [principal('alice'), principal('bob', { clientId: 'cli' })]
    cache.remember(cache.tool(cache.of(alice), 't'), 'key', ALLOW)
    expect(cache.tool(cache.of(alice), 't').byArguments.get('key')).toBe(ALLOW)
    expect(cache.tool(cache.of(bob), 't').byArguments.get('key')).toBeUndefined()
    expect([cache.of(alice).own, cache.of(bob).own]).toEqual(['ide', 'cli'])
  })

  test('it is bounded per tool, oldest first, and long keys stay out', () => {
    const cache = createDecisionCache(() => undefined)
    const decisions = cache.tool(cache.of(principal('alice')), 't')
    for (let at = 0; at < 200; at += 1) cache.remember(decisions, `key ${at}`, ALLOW)
    cache.remember(decisions, 'x'.repeat(2000), ALLOW)
    expect(decisions.byArguments.size).toBe(128)
    expect([...decisions.byArguments.keys()].at(0)).toBe('key 72')
  })

  test('it is bounded for everybody together', () => {
    const cache = createDecisionCache(() => undefined)
    const alice = principal('alice')
    const mine = cache.of(alice)
    for (let at = 0; at < 50_001; at += 1) {
      cache.remember(cache.tool(mine, `t${at % 4000}`), `key ${at}`, ALLOW)
    }
    expect(cache.of(alice)).not.toBe(mine)
  })
})
