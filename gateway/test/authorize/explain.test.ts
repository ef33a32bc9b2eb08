import { describe, expect, test } from 'vitest'
import { cedar } from '../../src/authorize/engine.ts'
import type { Question } from '../../src/authorize/explain.ts'
import type { JsonObject } from '../../src/json/value.ts'
import { catalogue, files, ISSUER, started, tool, unloaded, loadInto } from './world.ts'

const TRADE = tool('market___trade', {
  type: 'object',
  properties: { volume: { type: 'integer' }, market: { type: 'string' }, note: { type: 'string' } },
})
const PERMIT = `// traders trade
@id("traders")
permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"market___trade", resource)
when {
  principal.hasTag("group") && principal.getTag("group") == "traders"
}
unless { context.input has volume && context.input.volume > 100 };`
const FORBID = `forbid(principal, action, resource)
when { context.input has market && context.input.market == "XX" };`

function ask(
  args: JsonObject,
  more: Partial<Question['principal']> = {},
  name = TRADE.qualifiedName,
) {
  const tags = { group: 'traders' }
  const person = { kind: 'person', issuer: ISSUER, subject: 'bob', clientId: 'ide', tags } as const
  return { principal: { ...person, ...more }, tool: name, args }
}

describe('policy-audit §1.4: explain', async () => {
  const authorize = await started([PERMIT, FORBID], [TRADE])

  test('an allowed call names the permit with file and line, and what it saw', () => {
    const explained = authorize.explain(ask({ volume: 5 }))
    expect(explained).toMatchObject({
      decision: 'allow',
      code: undefined,
      visible: true,
      deciding: ['1.cedar#traders'],
      principal: {
        uid: 'AgentCore::OAuthUser::"bob"',
        tags: { group: 'traders', client_id: 'ide' },
      },
      changes: ['without the permit `1.cedar#traders` (1.cedar:2) it would be denied'],
    })
    expect(explained.policies).toEqual([
      {
        id: '1.cedar#traders',
        file: '1.cedar',
        line: 2,
        effect: 'permit',
        deciding: true,
        outcome: 'applies',
        scope: true,
        conditions: [
          {
            kind: 'when',
            line: 4,
            parts: [
              {
                text: 'principal.hasTag("group")',
                value: true,
                saw: [{ name: 'principal tag group', value: 'traders' }],
              },
              {
                text: 'principal.getTag("group") == "traders"',
                value: true,
                saw: [{ name: 'principal tag group', value: 'traders' }],
              },
            ],
          },
          {
            kind: 'unless',
            line: 7,
            parts: [
              {
                text: 'context.input has volume',
                value: true,
                saw: [{ name: 'context.input.volume', value: 5 }],
              },
              {
                text: 'context.input.volume > 100',
                value: false,
                saw: [{ name: 'context.input.volume', value: 5 }],
              },
            ],
          },
        ],
      },
      expect.objectContaining({
        id: '2.cedar#1',
        line: 1,
        effect: 'forbid',
        outcome: 'does not apply',
      }),
    ])
  })

  test('a comment line above the policy moves the number', async () => {
    const moved = (await started([`// one more\n${PERMIT}`, FORBID], [TRADE])).explain(ask({}))
    expect(moved.policies[0]?.line).toBe(3)
    expect(moved.policies[0]?.conditions.map(({ line }) => line)).toEqual([5, 8])
  })

  test('a denial by default says which part of the permit failed and what it saw', () => {
    const explained = authorize.explain(ask({}, { tags: { group: 'analysts' } }))
    expect(explained).toMatchObject({
      decision: 'deny',
      code: 'authorize.no_such_tool',
      visible: false,
    })
    expect(explained.changes).toEqual([
      'the permit `1.cedar#traders` (1.cedar:2) would allow it if `principal.getTag("group") == "traders"`; seen: principal tag group "analysts"',
    ])
    const tagless = authorize.explain(ask({}, { tags: {} })).changes
    expect(tagless[0]).toContain('if `principal.hasTag("group")`; seen: principal tag group absent')
  })

  test('a denial by arguments names the condition that they met', () => {
    const explained = authorize.explain(ask({ volume: 500 }))
    expect(explained).toMatchObject({
      decision: 'deny',
      code: 'authorize.denied',
      reason: 'no policy permits it',
      visible: true,
    })
    expect(explained.changes[0]).toContain(
      'unless `context.input has volume && context.input.volume > 100`; seen: context.input.volume 500',
    )
  })

  test('a forbid is named as what decided', () => {
    const explained = authorize.explain(ask({ market: 'XX' }))
    expect(explained).toMatchObject({ code: 'authorize.denied', deciding: ['2.cedar#1'] })
    expect(explained.changes).toEqual(['the forbid `2.cedar#1` (2.cedar:1) must not apply'])
  })

  test('scope, missing permits and tools that are not there', async () => {
    const machine = authorize.explain(ask({}, { kind: 'client', clientId: 'job' }))
    expect(machine.principal.uid).toBe('AgentCore::OAuthClient::"job"')
    expect(machine.changes[0]).toContain('for the principals and resources that it names')
    expect((await started([], [TRADE])).explain(ask({})).changes).toEqual([
      'a permit for this tool: there is none',
    ])
    expect(authorize.explain(ask({}, {}, 'market___nothing'))).toMatchObject({
      code: 'authorize.no_such_tool',
      reason: 'there is no such tool in the catalogue',
    })
  })

  test('the state of the tool comes before the policies', async () => {
    const stateOf = async (more: Partial<typeof TRADE>) =>
      (await started([PERMIT], [{ ...TRADE, ...more }])).explain(ask({}))
    expect(await stateOf({ pin: 'changed' })).toMatchObject({
      decision: 'deny',
      code: 'authorize.tool_changed',
      visible: false,
    })
    expect(await stateOf({ quarantined: 'gone' })).toMatchObject({
      code: 'authorize.no_such_tool',
      reason: 'gone',
    })
    const pending = (await started([], [{ ...TRADE, pin: 'pending' }])).explain(ask({}))
    expect(pending.reason).toBe('the tool waits for approval')
  })

  test('arguments that cannot be decided', () => {
    expect(authorize.explain(ask({ volume: 1.5 }))).toMatchObject({
      code: 'authorize.inconvertible_argument',
      deciding: ['1.cedar#traders'],
      policies: [{ outcome: 'not evaluated', scope: 'not reached' }, {}],
      changes: ['an argument that fits its declared type'],
    })
    expect(authorize.explain(ask({ note: { __extn: 1 } }))).toMatchObject({
      code: 'authorize.reserved_key',
      changes: ['arguments without the reserved name'],
    })
  })

  test('a policy that errs is named with its error, and large literals are exact', async () => {
    const overflow = `permit(principal, action, resource)
when { context.input has volume && context.input.volume + 9223372036854775807 > 0 && true };`
    const erring = (await started([overflow], [TRADE])).explain(ask({ volume: 1 }))
    expect(erring).toMatchObject({ code: 'authorize.policy_error', decision: 'deny' })
    expect(erring.policies[0]).toMatchObject({
      outcome: 'errs',
      conditions: [
        { parts: [{ value: true }, { value: 'error' }, { value: 'not reached', saw: [] }] },
      ],
    })
    expect(erring.changes[0]).toMatch(/must not err: .*overflow/)
    const exact = `permit(principal, action, resource) when {
  context.input has volume && context.input.volume == 9007199254740993 };`
    const large = await started([exact], [TRADE])
    expect(large.explain(ask({ volume: JSON.parse('9007199254740992') as number })).decision).toBe(
      'deny',
    )
  })

  test('nested operators stay one part', async () => {
    const either = `permit(principal, action, resource) when { // both
  (context.input has note && true) || ["&&"].contains("||") && 1 == 1 };
permit(principal, action, resource) when { if true then {a: 1}.a == 2 else true && true };`
    const explained = (await started([either], [TRADE])).explain(ask({}))
    expect(explained.policies.map(({ conditions }) => conditions[0]?.parts.length)).toEqual([1, 1])
    expect(explained.changes[0]).toContain('1.cedar#1')
  })

  test('without an answer of the engine nothing is claimed', async () => {
    const failing = await started([PERMIT], [TRADE], {
      ...cedar,
      decideOnce: () => ({ failed: [] }),
      decide: (question) =>
        question.preparsedSchemaName === undefined ? cedar.decide(question) : { failed: [] },
    })
    expect(failing.explain(ask({}))).toMatchObject({
      code: 'authorize.policy_error',
      policies: [{ outcome: 'not evaluated' }],
      changes: [],
    })
  })

  test('an explanation answers as the data path does, also while nothing is loaded', async () => {
    const empty = unloaded()
    expect(empty.explain(ask({})).decision).toBe('deny')
    await loadInto(empty, files(PERMIT), catalogue([TRADE]))
    expect(empty.explain(ask({})).decision).toBe('allow')
  })
})

test('policy-audit §1.5: a call that waits for approval says so, and which policy asks', async () => {
  const asks = `@id("ask") @approval("approver") permit(principal, action, resource);`
  const authorize = await started([asks], [TRADE])
  expect(authorize.explain(ask({ volume: 5 }))).toMatchObject({
    decision: 'deny',
    code: 'authorize.needs_approval',
    reason: 'waits for approval by `approver`',
    visible: true,
    deciding: ['1.cedar#ask'],
    changes: ['a second person approves it, as the permit `1.cedar#ask` (1.cedar:1) asks'],
  })
})
