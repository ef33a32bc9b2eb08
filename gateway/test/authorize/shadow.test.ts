import { describe, expect, test } from 'vitest'
import { createAuthorize } from '../../src/authorize/authorize.ts'
import { cedar, type Engine } from '../../src/authorize/engine.ts'
import type { Permit } from '../../src/authorize/permit.ts'
import type { Shadows } from '../../src/authorize/shadows.ts'
import {
  call,
  catalogue,
  files,
  GATEWAY,
  identity,
  inThisThread,
  isPermitted,
  ISSUER,
  loadInto,
  refused,
  tool,
  listOf,
} from './world.ts'

const LIMITED = {
  type: 'object',
  properties: { limit: { type: 'integer' }, note: { type: 'string' } },
}
const READ = tool('market___read', LIMITED)
const WRITE = tool('market___write', LIMITED)
const OTHER = tool('wiki___read')
const OFFERED = [READ, WRITE, OTHER]
const SMALL = `@id("small") permit(principal, action == AgentCore::Action::"market___read", resource)
when { context.input has limit && context.input.limit < 10 };`
const bob = identity('bob')

async function gateway(policies: readonly string[], shadows: Partial<Shadows>, engine?: Engine) {
  const authorize = createAuthorize({
    gatewayId: GATEWAY,
    homeIssuer: ISSUER,
    workshop: inThisThread,
    shadows: { targets: new Set(), files: new Set(), ...shadows },
    ...(engine === undefined ? {} : { engine }),
  })
  const result = await loadInto(authorize, files(...policies), catalogue(OFFERED))
  return { authorize, result }
}
const market: Partial<Shadows> = { targets: new Set(['market']) }
const second: Partial<Shadows> = { files: new Set(['2.cedar']) }

function decisionOf(answer: object) {
  expect(isPermitted(answer)).toBe(true)
  return (answer as Permit).decision
}

describe('policy-audit §1.4: LOG_ONLY per target', () => {
  test('an allowed call is allowed, a denied one goes through and says what would deny it', async () => {
    const { authorize } = await gateway([SMALL], market)
    const small = decisionOf(call(authorize, bob, 'market___read', { limit: 1 }))
    expect(small).toMatchObject({ mode: 'LOG_ONLY', policies: ['1.cedar#small'] })
    expect(small.wouldDeny).toBeUndefined()
    expect(decisionOf(call(authorize, bob, 'market___read', { limit: 50 }))).toMatchObject({
      mode: 'LOG_ONLY',
      policies: [],
      wouldDeny: { policies: [], reason: 'authorize.denied' },
    })
  })

  test('a forbid is named, and a policy that errs too', async () => {
    const forbid = `@id("no") forbid(principal, action == AgentCore::Action::"market___read", resource)
when { context.input has limit && context.input.limit + 9223372036854775807 > 0 };`
    const { authorize } = await gateway(['permit(principal, action, resource);', forbid], market)
    const wouldDeny = (limit: number) =>
      decisionOf(call(authorize, bob, 'market___read', { limit })).wouldDeny
    expect(wouldDeny(0)).toEqual({ policies: ['2.cedar#no'], reason: 'authorize.denied' })
    expect(wouldDeny(1)).toEqual({ policies: ['2.cedar#no'], reason: 'authorize.policy_error' })
  })

  test('lists show every approved tool of the target, and say what would be hidden', async () => {
    const { authorize } = await gateway([SMALL], market)
    const list = listOf(authorize, bob)
    expect(list.entries.map(({ qualifiedName }) => qualifiedName)).toEqual([
      'market___read',
      'market___write',
    ])
    expect(list.wouldHide).toEqual(['market___write'])
    expect(list.hidden).toBe(1)
    expect(decisionOf(call(authorize, bob, 'market___write')).wouldDeny).toBeDefined()
  })

  test('other targets are enforced', async () => {
    const { authorize } = await gateway([SMALL], market)
    expect(refused(call(authorize, bob, 'wiki___read')).refused).toBe('authorize.no_such_tool')
  })

  test('pins are not relaxed: a changed, pending, quarantined or unknown tool is not callable', async () => {
    const { authorize } = await gateway([SMALL], market)
    for (const more of [
      { pin: 'changed' },
      { pin: 'pending' },
      { quarantined: 'no' },
      undefined,
    ] as const) {
      const entries = more === undefined ? [OTHER] : [{ ...READ, ...more }, OTHER]
      await authorize.load({ files: files(), catalogue: catalogue(entries) })
      expect(isPermitted(call(authorize, bob, 'market___read', { limit: 1 }))).toBe(false)
      expect(listOf(authorize, bob).entries).toEqual([])
    }
  })

  test('rules 3 to 5 are not relaxed: reserved keys, conversion, and what the engine cannot answer', async () => {
    const { authorize } = await gateway([SMALL], market)
    const code = (args: object) =>
      refused(call(authorize, bob, 'market___read', args as never)).refused
    expect(code({ note: { __entity: {} } })).toBe('authorize.reserved_key')
    expect(code({ limit: 'many' })).toBe('authorize.inconvertible_argument')
    const broken = { ...cedar, decide: () => ({ failed: [] }) }
    const failing = await gateway([SMALL], market, broken)
    expect(refused(call(failing.authorize, bob, 'market___read', { limit: 1 })).refused).toBe(
      'authorize.policy_error',
    )
  })

  test('an explanation says that the target only logs', async () => {
    const { authorize } = await gateway([SMALL], market)
    const question = {
      principal: { kind: 'person', issuer: ISSUER, subject: 'bob', clientId: 'ide', tags: {} },
      tool: 'market___read',
      args: { limit: 50 },
    } as const
    expect(authorize.explain(question)).toMatchObject({
      decision: 'allow',
      code: undefined,
      visible: true,
      reason: expect.stringContaining('LOG_ONLY') as string,
    })
    expect(authorize.explain({ ...question, args: { limit: 'x' } }).decision).toBe('deny')
  })
})

describe('policy-audit §1.4: LOG_ONLY per policy file', () => {
  const EVERYTHING = '@id("all") permit(principal, action, resource);'
  const NEXT = `@id("next") forbid(principal, action == AgentCore::Action::"market___read", resource)
when { context.input has limit && context.input.limit > 5 };
@id("none") forbid(principal, action == AgentCore::Action::"market___write", resource);`

  test('its forbid forbids nothing and is recorded', async () => {
    const { authorize } = await gateway([EVERYTHING, NEXT], second)
    const of = (limit: number) => decisionOf(call(authorize, bob, 'market___read', { limit }))
    expect(of(1).wouldDeny).toBeUndefined()
    expect(of(9)).toMatchObject({
      mode: 'ENFORCE',
      policies: ['1.cedar#all'],
      wouldDeny: { policies: ['2.cedar#next'], reason: 'authorize.denied' },
    })
    expect(listOf(authorize, bob)).toMatchObject({ hidden: 0, wouldHide: ['market___write'] })
  })

  test('its permit permits nothing', async () => {
    const { authorize } = await gateway([SMALL, EVERYTHING], second)
    expect(isPermitted(call(authorize, bob, 'market___read', { limit: 1 }))).toBe(true)
    expect(isPermitted(call(authorize, bob, 'market___read', { limit: 50 }))).toBe(false)
    expect(isPermitted(call(authorize, bob, 'wiki___read'))).toBe(false)
    expect(listOf(authorize, bob).entries).toEqual([READ])
  })

  test('an argument that only it reads cannot break the call', async () => {
    const { authorize } = await gateway([EVERYTHING, NEXT], second)
    const { wouldDeny } = decisionOf(call(authorize, bob, 'market___read', { limit: 'many' }))
    expect(wouldDeny).toEqual({
      policies: ['2.cedar#next'],
      reason: 'authorize.inconvertible_argument',
    })
  })

  test('a decision is remembered for what both read', async () => {
    const { authorize } = await gateway([EVERYTHING, NEXT], second)
    for (let round = 0; round < 2; round += 1) {
      for (const limit of [1, 9]) {
        const { wouldDeny } = decisionOf(call(authorize, bob, 'market___read', { limit }))
        expect(wouldDeny === undefined).toBe(limit === 1)
      }
    }
  })

  test('a file that is not there refuses the load: a name written wrong would be in force', async () => {
    const { result } = await gateway([EVERYTHING], second)
    expect(result).toMatchObject({
      loaded: false,
      findings: [{ text: '`policies.logOnly` names `2.cedar`, and there is no such policy file' }],
    })
  })
})
